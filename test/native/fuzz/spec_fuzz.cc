// config.json, a process object and a resources object: whatever the bytes, an answer without a crash. A profile of system
// calls that was read is compiled, too.
#include <cstddef>
#include <cstdint>

#include "oci/spec.h"
#include "seccomp/filter.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto spec = berth::ParseRuntimeSpec(text, "/fuzz"); spec && spec->seccomp) {
    if (const auto filter = berth::CompileSeccomp(*spec->seccomp)) {
      (void)berth::CheckStartable(*spec->seccomp, *filter);
    }
  }
  (void)berth::ParseProcess(text);
  (void)berth::ParseResources(text);
  return 0;
}
