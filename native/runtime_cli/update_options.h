#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "oci/json_value.h"
#include "runtime_cli/arguments.h"

namespace berth {

// The options of `update` that are limits, as an object of the specification's `linux.resources`.
Result<JsonValue> ResourcesOfOptions(const Arguments& arguments);

// Bytes: a number, or one with a unit of 1024 ("64m", "1.5g", "2GiB"); -1 is unlimited. An error names `what`.
Result<int64_t> ParseBytes(const std::string& what, const std::string& text);

}  // namespace berth
