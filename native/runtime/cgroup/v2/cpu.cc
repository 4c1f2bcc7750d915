// cgroup-v2.rst, "CPU Interface Files"
#include <cmath>

#include "runtime/cgroup/write.h"

namespace berth {

namespace {

// cpu.shares 2..262144 to cpu.weight 1..10000 so that the defaults meet: 1024 shares are weight 100. The curve is the one
// that OCI runtimes agreed on: 10^((l^2 + 125 l)/612 - 7/34) with l = log2(shares).
uint64_t WeightOfShares(uint64_t shares) {
  if (shares <= 2) {
    return 1;
  }
  if (shares >= 262144) {
    return 10000;
  }
  const double l = std::log2(static_cast<double>(shares));
  return static_cast<uint64_t>(std::ceil(std::pow(10.0, (l * l + 125.0 * l) / 612.0 - 7.0 / 34.0)));
}

}  // namespace

void CpuV2(const LinuxResources& resources, CgroupWrites* out) {
  // Whoever is idle has the kernel's smallest weight, and no other.
  const bool idle = resources.cpu_idle.value_or(0) != 0;
  if (!idle && resources.cpu_shares.value_or(0) != 0) {
    out->Set("cpu", "cpu.weight", std::to_string(WeightOfShares(*resources.cpu_shares)));
  } else if (!idle) {
    out->Default("cpu", "cpu.weight", "100");
  }
  const bool limited = resources.cpu_quota && *resources.cpu_quota > 0;
  const bool has_period = resources.cpu_period.value_or(0) != 0;
  const std::string max = (limited ? std::to_string(*resources.cpu_quota) : "max") + " " +
                          std::to_string(has_period ? *resources.cpu_period : 100000);
  if (limited || has_period) {
    out->Set("cpu", "cpu.max", max);
  } else {
    out->Default("cpu", "cpu.max", max);
  }
  if (resources.cpu_burst) {
    out->Set("cpu", "cpu.max.burst", std::to_string(*resources.cpu_burst));
  }
  if (resources.cpu_idle) {
    out->Set("cpu", "cpu.idle", std::to_string(*resources.cpu_idle));
  }
  if (resources.cpu_realtime_runtime.value_or(0) != 0 || resources.cpu_realtime_period.value_or(0) != 0) {
    out->missing.emplace_back("cgroup v2 has nothing of the kind for realtimeRuntime and realtimePeriod");
  }
}

}  // namespace berth
