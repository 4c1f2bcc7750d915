// admin-guide/cgroup-v1/cpusets.rst. Without a wish the sets are the parent's.
#include "runtime/cgroup/write.h"

namespace berth {

namespace {

void SetOrInherit(CgroupWrites* out, const char* file, const std::string& value) {
  if (value.empty()) {
    out->Inherit("cpuset", file, file, Compare::kCpuset);
  } else {
    out->Set("cpuset", file, value, Compare::kCpuset);
  }
}

}  // namespace

void CpusetV1(const LinuxResources& resources, CgroupWrites* out) {
  SetOrInherit(out, "cpuset.cpus", resources.cpus);
  SetOrInherit(out, "cpuset.mems", resources.mems);
}

}  // namespace berth
