#include "base/json_text.h"

namespace berth {

std::string JsonQuoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20) {
      quoted += {'\\', 'u', '0', '0', kHex[byte >> 4U], kHex[byte & 0xfU]};
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace berth
