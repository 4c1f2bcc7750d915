// cgroup-v2.rst, "IO Interface Files". blkio weights 10..1000 become io.weight 1..10000.
#include <array>

#include "runtime/cgroup/write.h"

namespace berth {

namespace {

uint64_t IoWeight(uint16_t blkio_weight) { return 1 + (static_cast<uint64_t>(blkio_weight) - 10) * 9999 / 990; }

struct Rates {
  std::array<std::string, 4> values = {"max", "max", "max", "max"};  // rbps wbps riops wiops
};

void Collect(const std::vector<ThrottleDevice>& devices, size_t slot, std::map<std::string, Rates>* rates) {
  for (const ThrottleDevice& device : devices) {
    (*rates)[DeviceKey(device.major, device.minor)].values.at(slot) = std::to_string(device.rate);
  }
}

std::string Row(const Rates& rates) {
  return "rbps=" + rates.values[0] + " wbps=" + rates.values[1] + " riops=" + rates.values[2] +
         " wiops=" + rates.values[3];
}

}  // namespace

void IoV2(const LinuxResources& resources, CgroupWrites* out) {
  if (resources.blkio_weight && *resources.blkio_weight != 0) {
    out->Set("io", "io.weight", "default " + std::to_string(IoWeight(*resources.blkio_weight)), Compare::kFirstLine);
  } else {
    out->Default("io", "io.weight", "default 100", Compare::kFirstLine);
  }
  CgroupTable weights{"io", "io.weight", {}, "default"};
  for (const WeightDevice& device : resources.blkio_weight_device) {
    weights.rows[DeviceKey(device.major, device.minor)] = std::to_string(IoWeight(device.weight));
  }
  out->tables.push_back(std::move(weights));
  std::map<std::string, Rates> rates;
  Collect(resources.read_bps, 0, &rates);
  Collect(resources.write_bps, 1, &rates);
  Collect(resources.read_iops, 2, &rates);
  Collect(resources.write_iops, 3, &rates);
  CgroupTable table{"io", "io.max", {}, Row(Rates{})};
  for (const auto& [device, row] : rates) {
    table.rows[device] = Row(row);
  }
  out->tables.push_back(std::move(table));
}

}  // namespace berth
