// cgroup-v2.rst, "RDMA Interface Files"
#include "runtime/cgroup/write.h"

namespace berth {

void RdmaV2(const LinuxResources& resources, CgroupWrites* out) {
  RdmaV1(resources, out);  // the file is the same one
}

}  // namespace berth
