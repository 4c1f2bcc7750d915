#include "oci/spec_parts.h"

namespace berth {

namespace {

void ReadDeviceRule(JsonObject& object, LinuxResources& resources) {
  DeviceRule rule;
  if (!object.Has("allow")) {
    object.Problem("allow", "is missing");
  }
  rule.allow = object.Bool("allow");
  rule.type = ReadDeviceType(object, "acbu", 'a');
  rule.major = object.Int("major", -1, INT32_MAX).value_or(-1);
  rule.minor = object.Int("minor", -1, INT32_MAX).value_or(-1);
  rule.access = object.String("access");
  if (rule.access.find_first_not_of("rwm") != std::string::npos) {
    object.Problem("access", "expected letters of rwm");
  }
  if (rule.access.empty()) {
    rule.access = "rwm";
  }
  resources.devices.push_back(std::move(rule));
}

void ReadMemory(JsonObject& object, LinuxResources& resources) {
  resources.memory_limit = object.Int("limit", -1);
  resources.memory_reservation = object.Int("reservation", -1);
  resources.memory_swap = object.Int("swap", -1);
  resources.memory_swappiness = object.Unsigned("swappiness", 100);
  resources.disable_oom_killer = object.Bool("disableOOMKiller");
}

void ReadCpu(JsonObject& object, LinuxResources& resources) {
  resources.cpu_shares = object.Unsigned("shares");
  resources.cpu_period = object.Unsigned("period");
  resources.cpu_quota = object.Int("quota", -1);
  resources.cpus = object.String("cpus");
  resources.mems = object.String("mems");
}

void ReadWeightDevice(JsonObject& object, LinuxResources& resources) {
  resources.blkio_weight_device.push_back({.major = object.Int("major", 0, INT32_MAX).value_or(0),
                                           .minor = object.Int("minor", 0, INT32_MAX).value_or(0),
                                           .weight = object.UnsignedAs<uint16_t>("weight", 1000).value_or(0)});
}

void ReadThrottle(JsonObject& object, const char* key, std::vector<ThrottleDevice>& devices) {
  object.Objects(key, [&devices](JsonObject& device) {
    devices.push_back({.major = device.Int("major", 0, INT32_MAX).value_or(0),
                       .minor = device.Int("minor", 0, INT32_MAX).value_or(0),
                       .rate = device.Unsigned("rate").value_or(0)});
  });
}

void ReadBlockIo(JsonObject& object, LinuxResources& resources) {
  resources.blkio_weight = object.UnsignedAs<uint16_t>("weight", 1000);
  object.Objects("weightDevice", [&resources](JsonObject& device) { ReadWeightDevice(device, resources); });
  ReadThrottle(object, "throttleReadBpsDevice", resources.read_bps);
  ReadThrottle(object, "throttleWriteBpsDevice", resources.write_bps);
  ReadThrottle(object, "throttleReadIOPSDevice", resources.read_iops);
  ReadThrottle(object, "throttleWriteIOPSDevice", resources.write_iops);
}

void ReadNetwork(JsonObject& object, LinuxResources& resources) {
  resources.net_class_id = object.UnsignedAs<uint32_t>("classID");
  object.Objects("priorities", [&resources](JsonObject& priority) {
    const std::string name = priority.RequiredString("name");
    resources.net_priorities[name] = priority.UnsignedAs<uint32_t>("priority").value_or(0);
  });
}

}  // namespace

void ReadResources(JsonObject& object, LinuxResources& resources) {
  object.Objects("devices", [&resources](JsonObject& rule) { ReadDeviceRule(rule, resources); });
  object.Object("memory", [&resources](JsonObject& memory) { ReadMemory(memory, resources); });
  object.Object("cpu", [&resources](JsonObject& cpu) { ReadCpu(cpu, resources); });
  object.Object("pids", [&resources](JsonObject& pids) { resources.pids_limit = pids.Int("limit", -1); });
  object.Object("blockIO", [&resources](JsonObject& block_io) { ReadBlockIo(block_io, resources); });
  object.Objects("hugepageLimits", [&resources](JsonObject& limit) {
    const std::string page_size = limit.RequiredString("pageSize");
    resources.hugepage_limits.push_back({.page_size = page_size, .limit = limit.Unsigned("limit").value_or(0)});
  });
  object.Object("network", [&resources](JsonObject& network) { ReadNetwork(network, resources); });
  resources.unified = object.StringMap("unified");
}

}  // namespace berth
