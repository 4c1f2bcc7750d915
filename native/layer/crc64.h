// CRC-64/GO-ISO, the checksum that tar-split keeps of each file.
#pragma once

#include <array>

#include "layer/byte_source.h"

namespace berth::layer {

class Crc64 {
 public:
  void Update(Bytes data);
  // Big endian, as tar-split writes it.
  [[nodiscard]] std::array<uint8_t, 8> Value() const;

 private:
  uint64_t state_ = 0;
};

}  // namespace berth::layer
