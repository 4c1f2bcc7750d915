#pragma once

#include <string>

#include "base/result.h"
#include "runtime_cli/arguments.h"

namespace berth {

// Every container under `root`: a table, a JSON array (`--format json`) or ids alone (`--quiet`), ending in a newline.
// One that is removed meanwhile is left out.
Result<std::string> ListContainers(const Arguments& arguments, const std::string& root);

}  // namespace berth
