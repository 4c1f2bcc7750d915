// admin-guide/cgroup-v1/net_prio.rst: one write per interface.
#include "runtime/cgroup/write.h"

namespace berth {

void NetPrioV1(const LinuxResources& resources, CgroupWrites* out) {
  for (const auto& [interface, priority] : resources.net_priorities) {
    out->Set("net_prio", "net_prio.ifpriomap", interface + " " + std::to_string(priority), Compare::kNever);
  }
}

}  // namespace berth
