// admin-guide/cgroup-v1/pids.rst
#include "runtime/cgroup/write.h"

namespace berth {

void PidsV1(const LinuxResources& resources, CgroupWrites* out) {
  if (resources.pids_limit && *resources.pids_limit > 0) {
    out->Set("pids", "pids.max", std::to_string(*resources.pids_limit));
  } else {
    out->Default("pids", "pids.max", "max");
  }
}

}  // namespace berth
