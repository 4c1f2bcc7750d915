// scheduler/sched-design-CFS.rst, scheduler/sched-bwc.rst, scheduler/sched-rt-group.rst
#include "runtime/cgroup/write.h"

namespace berth {

namespace {

void SetOrDefault(CgroupWrites* out, const char* file, bool given, const std::string& value, const char* fallback) {
  if (given) {
    out->Set("cpu", file, value);
  } else {
    out->Default("cpu", file, fallback);
  }
}

}  // namespace

void CpuV1(const LinuxResources& resources, CgroupWrites* out) {
  const auto& shares = resources.cpu_shares;
  // Whoever is idle has the kernel's smallest weight, and no other.
  if (resources.cpu_idle.value_or(0) == 0) {
    SetOrDefault(out, "cpu.shares", shares && *shares != 0, shares ? std::to_string(*shares) : "", "1024");
  }
  const auto& period = resources.cpu_period;
  SetOrDefault(out, "cpu.cfs_period_us", period && *period != 0, period ? std::to_string(*period) : "", "100000");
  const auto& quota = resources.cpu_quota;
  SetOrDefault(out, "cpu.cfs_quota_us", quota && *quota > 0, quota ? std::to_string(*quota) : "", "-1");
  if (resources.cpu_burst) {
    out->Set("cpu", "cpu.cfs_burst_us", std::to_string(*resources.cpu_burst));
  }
  // The period first: the runtime must fit into it.
  if (resources.cpu_realtime_period.value_or(0) != 0) {
    out->Set("cpu", "cpu.rt_period_us", std::to_string(*resources.cpu_realtime_period));
  }
  if (resources.cpu_realtime_runtime) {
    out->Set("cpu", "cpu.rt_runtime_us", std::to_string(*resources.cpu_realtime_runtime));
  }
  if (resources.cpu_idle) {
    out->Set("cpu", "cpu.idle", std::to_string(*resources.cpu_idle));
  }
}

}  // namespace berth
