// cgroup-v2.rst, "Cpuset Interface Files". An empty set means the parent's, but kernels as old as 6.1 refuse
// to empty a set that is in use: the parent's is written then.
#include "runtime/cgroup/write.h"

namespace berth {

namespace {

void SetOrInherit(CgroupWrites* out, const char* file, const std::string& value) {
  if (value.empty()) {
    out->Inherit("cpuset", file, std::string(file) + ".effective", Compare::kCpuset);
  } else {
    out->Set("cpuset", file, value, Compare::kCpuset);
  }
}

}  // namespace

void CpusetV2(const LinuxResources& resources, CgroupWrites* out) {
  SetOrInherit(out, "cpuset.cpus", resources.cpus);
  SetOrInherit(out, "cpuset.mems", resources.mems);
}

}  // namespace berth
