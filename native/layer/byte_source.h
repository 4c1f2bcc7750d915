// A stream of bytes that is handed out piece by piece, without copies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"

namespace berth::layer {

using Bytes = std::span<const uint8_t>;

class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  // The next bytes: at least one and at most `max`; none at the end. Valid until the next call.
  virtual Result<Bytes> Read(size_t max) = 0;

  // Passes over at most `max` bytes without reading them, where that is possible; says how many.
  virtual uint64_t Discard(uint64_t max) {
    static_cast<void>(max);
    return 0;
  }
};

}  // namespace berth::layer
