// admin-guide/cgroup-v1/rdma.rst: a line for each device.
#include "runtime/cgroup/write.h"

namespace berth {

void RdmaV1(const LinuxResources& resources, CgroupWrites* out) {
  const auto number = [](const std::optional<uint32_t>& limit) { return limit ? std::to_string(*limit) : "max"; };
  for (const auto& [device, limit] : resources.rdma) {
    out->Set("rdma", "rdma.max",
             device + " hca_handle=" + number(limit.hca_handles) + " hca_object=" + number(limit.hca_objects),
             Compare::kNever);
  }
}

}  // namespace berth
