// config.json, a process object and a resources object: whatever the bytes, an answer without a crash.
#include <cstddef>
#include <cstdint>

#include "oci/spec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)berth::ParseRuntimeSpec(text);
  (void)berth::ParseProcess(text);
  (void)berth::ParseResources(text);
  return 0;
}
