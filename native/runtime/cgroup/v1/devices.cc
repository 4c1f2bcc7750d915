// admin-guide/cgroup-v1/devices.rst: one write for everything, then one for each exception. Without a rule for everything
// the kernel's list is changed rule by rule.
#include "runtime/cgroup/device_exceptions.h"
#include "runtime/cgroup/write.h"

namespace berth {

namespace {

std::string Number(int64_t number) { return number < 0 ? "*" : std::to_string(number); }

void WriteRule(const DeviceRule& rule, bool allow, CgroupWrites* out) {
  std::string text = rule.type == 'a' ? "a"
                                      : std::string(1, rule.type) + " " + Number(rule.major) + ":" +
                                            Number(rule.minor) + " " + rule.access;
  out->Set("devices", allow ? "devices.allow" : "devices.deny", std::move(text), Compare::kNever);
}

}  // namespace

void DevicesV1(const LinuxResources& resources, CgroupWrites* out) {
  const DeviceExceptions folded = FoldDeviceRules(resources.devices);
  if (!folded.known) {
    for (const DeviceRule& rule : resources.devices) {
      WriteRule(rule, rule.allow, out);
    }
    return;
  }
  WriteRule({.allow = folded.allow, .access = "rwm"}, folded.allow, out);
  for (const DeviceRule& rule : folded.exceptions) {
    WriteRule(rule, !folded.allow, out);
  }
}

}  // namespace berth
