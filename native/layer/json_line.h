// A flat JSON object of strings, whole numbers and nulls: a line of tar-split.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace berth::layer {

// Values as text: strings unescaped, numbers as written, null left out.
Result<std::map<std::string, std::string>> ParseJsonLine(std::string_view line);

bool IsUtf8(std::string_view text);

}  // namespace berth::layer
