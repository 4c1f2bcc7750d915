// The supervise record; and values survive being escaped.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "oci/supervise.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)berth::ParseSupervise(text);
  if (berth::UnescapeValue(berth::EscapeValue(text)) != text) {
    std::abort();
  }
  return 0;
}
