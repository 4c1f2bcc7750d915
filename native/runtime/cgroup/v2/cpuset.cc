// cgroup-v2.rst, "Cpuset Interface Files": an empty set means the parent's.
#include "runtime/cgroup/write.h"

namespace berth {

namespace {

void SetOrEmpty(CgroupWrites* out, const char* file, const std::string& value) {
  if (value.empty()) {
    out->Default("cpuset", file, "\n", Compare::kCpuset);
  } else {
    out->Set("cpuset", file, value, Compare::kCpuset);
  }
}

}  // namespace

void CpusetV2(const LinuxResources& resources, CgroupWrites* out) {
  SetOrEmpty(out, "cpuset.cpus", resources.cpus);
  SetOrEmpty(out, "cpuset.mems", resources.mems);
}

}  // namespace berth
