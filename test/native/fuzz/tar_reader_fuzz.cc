// The tar reader fed with arbitrary bytes: every member and payload is read, nothing is written.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "layer/tar_reader.h"

namespace {

class MemorySource final : public berth::layer::ByteSource {
 public:
  explicit MemorySource(berth::layer::Bytes data) : rest_(data) {}

  berth::Result<berth::layer::Bytes> Read(size_t max) override {
    const berth::layer::Bytes data = rest_.first(std::min(max, rest_.size()));
    rest_ = rest_.subspan(data.size());
    return data;
  }

 private:
  berth::layer::Bytes rest_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  MemorySource source({data, size});
  berth::layer::TarReader reader(&source, nullptr);
  berth::layer::TarEntry entry;
  for (;;) {
    const auto found = reader.Next(&entry);
    if (!found || !*found) {
      return 0;
    }
    // Half of the payloads are left to Next() to pass over.
    while (entry.name.size() % 2 == 0) {
      const auto payload = reader.Payload(100);
      if (!payload || payload->empty()) {
        break;
      }
    }
  }
}
