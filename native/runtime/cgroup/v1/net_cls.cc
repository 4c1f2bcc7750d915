// admin-guide/cgroup-v1/net_cls.rst
#include "runtime/cgroup/write.h"

namespace berth {

void NetClsV1(const LinuxResources& resources, CgroupWrites* out) {
  if (resources.net_class_id) {
    out->Set("net_cls", "net_cls.classid", std::to_string(*resources.net_class_id));
  }
}

}  // namespace berth
