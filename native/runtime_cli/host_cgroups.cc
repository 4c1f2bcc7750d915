#include "runtime_cli/host_cgroups.h"

namespace berth {

Result<CgroupHost> HostCgroups() {
  static const Result<CgroupHost> host = DetectCgroupHost();
  return host;
}

}  // namespace berth
