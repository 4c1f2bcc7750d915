#include "runtime_cli/device_rules.h"

#include <iterator>

namespace berth {

namespace {

const DeviceRule kNone{.allow = false, .type = 'a', .access = "rwm"};

const DeviceRule kDefaults[] = {
    {.allow = true, .type = 'c', .access = "m"},
    {.allow = true, .type = 'b', .access = "m"},
    {.allow = true, .type = 'c', .major = 1, .minor = 3, .access = "rwm"},  // null
    {.allow = true, .type = 'c', .major = 1, .minor = 5, .access = "rwm"},  // zero
    {.allow = true, .type = 'c', .major = 1, .minor = 7, .access = "rwm"},  // full
    {.allow = true, .type = 'c', .major = 1, .minor = 8, .access = "rwm"},  // random
    {.allow = true, .type = 'c', .major = 1, .minor = 9, .access = "rwm"},  // urandom
    {.allow = true, .type = 'c', .major = 5, .minor = 0, .access = "rwm"},  // tty
    {.allow = true, .type = 'c', .major = 5, .minor = 1, .access = "rwm"},  // console
    {.allow = true, .type = 'c', .major = 5, .minor = 2, .access = "rwm"},  // ptmx
    {.allow = true, .type = 'c', .major = 136, .access = "rwm"},            // pts
};

}  // namespace

std::vector<DeviceRule> WithDefaultDevices(const std::vector<DeviceRule>& rules) {
  std::vector<DeviceRule> all = {kNone};
  all.insert(all.end(), rules.begin(), rules.end());
  all.insert(all.end(), std::begin(kDefaults), std::end(kDefaults));
  return all;
}

}  // namespace berth
