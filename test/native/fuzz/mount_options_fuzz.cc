// Mount options as words, one a line; the first line is the type.
#include "runtime/mount_options.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  berth::Mount mount;
  mount.type = text.substr(0, text.find('\n'));
  while (!text.empty()) {
    const size_t end = text.find('\n');
    mount.options.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  (void)berth::ParseMountOptions(mount);
  return 0;
}
