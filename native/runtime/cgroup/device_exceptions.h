// A list of device rules as cgroup v1 can hold it: everything or nothing, and exceptions from that.
#pragma once

#include <vector>

#include "oci/spec.h"

namespace berth {

struct DeviceExceptions {
  bool known = false;                  // some rule is for every device; before one the kernel's list is what it was
  bool allow = false;                  // what holds for a device without an exception
  std::vector<DeviceRule> exceptions;  // the opposite, of types 'b' and 'c'
  bool exact = true;                   // false: a rule takes one device out of a wider exception, which v1 can't hold
};

// Takes the rules in their order, the last that fits a device decides. The kernel itself would change only exceptions of the
// very same numbers (security/device_cgroup.c), and say nothing of the rest.
DeviceExceptions FoldDeviceRules(const std::vector<DeviceRule>& rules);

}  // namespace berth
