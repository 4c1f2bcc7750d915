#pragma once

#include <string>
#include <string_view>

namespace berth {

// A JSON string with its quotes. Bytes that are no ASCII are taken as UTF-8 and kept.
std::string JsonQuoted(std::string_view text);

}  // namespace berth
