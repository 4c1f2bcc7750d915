// admin-guide/cgroup-v1/devices.rst: the first write denies all, then each rule is one write.
#include "runtime/cgroup/write.h"

namespace berth {

namespace {

std::string Number(int64_t number) { return number < 0 ? "*" : std::to_string(number); }

}  // namespace

void DevicesV1(const LinuxResources& resources, CgroupWrites* out) {
  for (const DeviceRule& rule : resources.devices) {
    const char* file = rule.allow ? "devices.allow" : "devices.deny";
    const bool all = rule.type == 'a';
    std::string text =
        all ? "a" : std::string(1, rule.type) + " " + Number(rule.major) + ":" + Number(rule.minor) + " " + rule.access;
    out->Set("devices", file, std::move(text), Compare::kNever);
  }
}

}  // namespace berth
