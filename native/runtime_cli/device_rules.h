#pragma once

#include <vector>

#include "oci/spec.h"

namespace berth {

// The rules of `linux.resources.devices` between those that every container has: nothing is allowed at first, and in the
// end what the specification's section "Default Devices" has a runtime supply, and nodes that are made but not opened.
std::vector<DeviceRule> WithDefaultDevices(const std::vector<DeviceRule>& rules);

}  // namespace berth
