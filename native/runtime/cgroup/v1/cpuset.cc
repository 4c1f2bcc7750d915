// admin-guide/cgroup-v1/cpusets.rst. Without a wish the parent's sets are inherited when the cgroup is made.
#include "runtime/cgroup/write.h"

namespace berth {

void CpusetV1(const LinuxResources& resources, CgroupWrites* out) {
  if (!resources.cpus.empty()) {
    out->Set("cpuset", "cpuset.cpus", resources.cpus, Compare::kCpuset);
  }
  if (!resources.mems.empty()) {
    out->Set("cpuset", "cpuset.mems", resources.mems, Compare::kCpuset);
  }
}

}  // namespace berth
