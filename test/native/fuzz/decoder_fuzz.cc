// Compressed data of any kind, within bounds: plain, gzip, zstd, as a layer and as the tar-split file beside one.
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/unique_fd.h"
#include "layer/decoder.h"
#include "layer/json_line.h"
#include "layer/tar_split.h"

namespace {

constexpr uint64_t kMost = 1 << 20;

void Decode(int fd) {
  berth::layer::Decoder decoder({.fd = fd, .offset = 0}, {.max_bytes = kMost});
  std::array<uint8_t, 4096> output;
  for (;;) {
    const auto got = decoder.Fill(output);
    if (!got || *got < output.size()) {
      break;
    }
    if (decoder.bytes_out() > kMost + output.size()) {
      std::abort();
    }
  }
}

void ReadTarSplit(int fd) {
  berth::layer::TarSplitReader reader(fd);
  berth::layer::TarSplitEntry entry;
  for (int entries = 0; entries < 1000; ++entries) {
    const auto found = reader.Next(&entry);
    if (!found || !*found) {
      return;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)berth::layer::ParseJsonLine(text);
  (void)berth::layer::IsUtf8(text);
  const berth::UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
  if (::write(file.get(), data, size) != static_cast<ssize_t>(size)) {
    std::abort();
  }
  Decode(file.get());
  ::lseek(file.get(), 0, SEEK_SET);
  ReadTarSplit(file.get());
  return 0;
}
