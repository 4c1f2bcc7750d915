// scheduler/sched-design-CFS.rst, scheduler/sched-bwc.rst
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
  SetOrDefault(out, "cpu.shares", shares && *shares != 0, shares ? std::to_string(*shares) : "", "1024");
  const auto& period = resources.cpu_period;
  SetOrDefault(out, "cpu.cfs_period_us", period && *period != 0, period ? std::to_string(*period) : "", "100000");
  const auto& quota = resources.cpu_quota;
  SetOrDefault(out, "cpu.cfs_quota_us", quota && *quota > 0, quota ? std::to_string(*quota) : "", "-1");
}

}  // namespace berth
