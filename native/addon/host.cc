#include "addon/host.h"

namespace berth::addon {

const Result<CgroupHost>& Host() {
  static const Result<CgroupHost> host = DetectCgroupHost();
  return host;
}

}  // namespace berth::addon
