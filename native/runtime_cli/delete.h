#pragma once

#include <string>

#include "base/result.h"
#include "runtime_cli/arguments.h"

namespace berth {

// Removes a container that has stopped, or whatever it does with `--force`: then it is no error, either, where there is
// none. `--regex`: every container whose id holds a match of `id`, an extended regular expression (regex(7)); the first
// failure is the error, and does not keep the rest.
Status DeleteContainers(const Arguments& arguments, const std::string& root, const std::string& id);

}  // namespace berth
