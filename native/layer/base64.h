// Base64 (RFC 4648), as JSON carries bytes.
#pragma once

#include <string>
#include <string_view>

#include "layer/byte_source.h"

namespace berth::layer {

void AppendBase64(Bytes data, std::string* text);
Result<std::string> DecodeBase64(std::string_view text);

}  // namespace berth::layer
