#include <utility>

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
  resources.memory_kernel = object.Int("kernel", -1);
  resources.memory_kernel_tcp = object.Int("kernelTCP", -1);
  resources.disable_oom_killer = object.Bool("disableOOMKiller");
  resources.check_before_update = object.Bool("checkBeforeUpdate");
  if (!object.Bool("useHierarchy", true)) {
    object.Problem("useHierarchy", "the kernel accounts memory hierarchically, always");
  }
}

void ReadCpu(JsonObject& object, LinuxResources& resources) {
  resources.cpu_shares = object.Unsigned("shares");
  resources.cpu_period = object.Unsigned("period");
  resources.cpu_quota = object.Int("quota", -1);
  resources.cpu_burst = object.Unsigned("burst");
  if (resources.cpu_burst && resources.cpu_quota.value_or(0) > 0 &&
      std::cmp_greater(*resources.cpu_burst, *resources.cpu_quota)) {
    object.Problem("burst", "expected at most the quota");
  }
  resources.cpu_realtime_runtime = object.Int("realtimeRuntime", -1);
  resources.cpu_realtime_period = object.Unsigned("realtimePeriod");
  resources.cpu_idle = object.Int("idle", 0, 1);
  resources.cpus = object.String("cpus");
  resources.mems = object.String("mems");
}

// 0 and absent: the kernel's own. Weights of a group's own tasks were the CFQ scheduler's, which Linux 5.0 removed.
uint16_t ReadWeight(JsonObject& object) {
  const uint16_t weight = object.UnsignedAs<uint16_t>("weight", 1000).value_or(0);
  if (weight != 0 && weight < 10) {
    object.Problem("weight", "expected 0, or an integer from 10 to 1000");
  }
  if (object.UnsignedAs<uint16_t>("leafWeight").value_or(0) != 0) {
    object.Problem("leafWeight", "needs the CFQ scheduler, which the kernel has no more");
  }
  return weight;
}

void ReadWeightDevice(JsonObject& object, LinuxResources& resources) {
  resources.blkio_weight_device.push_back({.major = object.Int("major", 0, INT32_MAX).value_or(0),
                                           .minor = object.Int("minor", 0, INT32_MAX).value_or(0),
                                           .weight = ReadWeight(object)});
}

void ReadThrottle(JsonObject& object, const char* key, std::vector<ThrottleDevice>& devices) {
  object.Objects(key, [&devices](JsonObject& device) {
    devices.push_back({.major = device.Int("major", 0, INT32_MAX).value_or(0),
                       .minor = device.Int("minor", 0, INT32_MAX).value_or(0),
                       .rate = device.Unsigned("rate").value_or(0)});
  });
}

void ReadBlockIo(JsonObject& object, LinuxResources& resources) {
  if (const uint16_t weight = ReadWeight(object); weight != 0) {
    resources.blkio_weight = weight;
  }
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

void ReadRdma(const std::string& device, JsonObject& object, LinuxResources& resources) {
  RdmaLimit& limit = resources.rdma[device];
  limit.hca_handles = object.UnsignedAs<uint32_t>("hcaHandles");
  limit.hca_objects = object.UnsignedAs<uint32_t>("hcaObjects");
  if (!limit.hca_handles && !limit.hca_objects) {
    object.Problem("hcaHandles", "expected it, hcaObjects or both");
  }
}

// "2MB", as in the names of the controller's files.
void ReadHugepageLimit(JsonObject& object, LinuxResources& resources) {
  HugepageLimit limit{.page_size = object.RequiredString("pageSize"), .limit = object.Unsigned("limit").value_or(0)};
  const size_t digits = limit.page_size.find_first_not_of("0123456789");
  const std::string unit = digits == std::string::npos ? std::string() : limit.page_size.substr(digits);
  if (digits == 0 || (unit != "KB" && unit != "MB" && unit != "GB")) {
    object.Problem("pageSize", "expected a size such as 64KB, 2MB or 1GB");
  }
  if (!object.Has("limit")) {
    object.Problem("limit", "is missing");
  }
  resources.hugepage_limits.push_back(std::move(limit));
}

// Names of files of one directory, and of nothing else.
void ReadUnified(JsonObject& object, LinuxResources& resources) {
  resources.unified = object.StringMap("unified");
  for (const auto& [file, value] : resources.unified) {
    if (file.find('/') != std::string::npos || file.find('.') == std::string::npos || file.starts_with('.')) {
      object.Problem("unified", "'" + file + "' is no file of a cgroup");
    }
  }
}

}  // namespace

void ReadResources(JsonObject& object, LinuxResources& resources) {
  object.Objects("devices", [&resources](JsonObject& rule) { ReadDeviceRule(rule, resources); });
  object.Object("memory", [&resources](JsonObject& memory) { ReadMemory(memory, resources); });
  object.Object("cpu", [&resources](JsonObject& cpu) { ReadCpu(cpu, resources); });
  object.Object("pids", [&resources](JsonObject& pids) { resources.pids_limit = pids.Int("limit", -1); });
  object.Object("blockIO", [&resources](JsonObject& block_io) { ReadBlockIo(block_io, resources); });
  object.Objects("hugepageLimits", [&resources](JsonObject& limit) { ReadHugepageLimit(limit, resources); });
  object.Object("network", [&resources](JsonObject& network) { ReadNetwork(network, resources); });
  object.ObjectMap("rdma",
                   [&resources](const std::string& device, JsonObject& limit) { ReadRdma(device, limit, resources); });
  ReadUnified(object, resources);
}

}  // namespace berth
