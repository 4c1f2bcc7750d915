// cgroup-v2.rst, "PID Interface Files"
#include "runtime/cgroup/write.h"

namespace berth {

void PidsV2(const LinuxResources& resources, CgroupWrites* out) {
  PidsV1(resources, out);  // the file is the same one
}

}  // namespace berth
