#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace berth {

// Milliseconds of a duration as Go's programs write one: "500ms", "5s", "1m30s", "1.5h". More than 0. An error names
// `what`.
Result<int64_t> ParseDurationMs(const std::string& what, const std::string& text);

}  // namespace berth
