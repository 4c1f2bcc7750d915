// admin-guide/cgroup-v1/blkio-controller.rst. Proportional weight needs a kernel with the BFQ scheduler.
#include "runtime/cgroup/write.h"

namespace berth {

namespace {

CgroupTable Throttle(const char* file, const std::vector<ThrottleDevice>& devices) {
  CgroupTable table{"blkio", file, {}, "0"};
  for (const ThrottleDevice& device : devices) {
    table.rows[DeviceKey(device.major, device.minor)] = std::to_string(device.rate);
  }
  return table;
}

}  // namespace

void BlkioV1(const LinuxResources& resources, CgroupWrites* out) {
  if (resources.blkio_weight && *resources.blkio_weight != 0) {
    out->Set("blkio", "blkio.bfq.weight", std::to_string(*resources.blkio_weight));
  } else {
    out->Default("blkio", "blkio.bfq.weight", "100");
  }
  CgroupTable weights{"blkio", "blkio.bfq.weight_device", {}, "0"};
  for (const WeightDevice& device : resources.blkio_weight_device) {
    weights.rows[DeviceKey(device.major, device.minor)] = std::to_string(device.weight);
  }
  out->tables.push_back(std::move(weights));
  out->tables.push_back(Throttle("blkio.throttle.read_bps_device", resources.read_bps));
  out->tables.push_back(Throttle("blkio.throttle.write_bps_device", resources.write_bps));
  out->tables.push_back(Throttle("blkio.throttle.read_iops_device", resources.read_iops));
  out->tables.push_back(Throttle("blkio.throttle.write_iops_device", resources.write_iops));
}

}  // namespace berth
