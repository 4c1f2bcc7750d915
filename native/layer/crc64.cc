#include "layer/crc64.h"

#include <isa-l.h>

namespace berth::layer {

void Crc64::Update(Bytes data) { state_ = crc64_iso_refl(state_, data.data(), data.size()); }

std::array<uint8_t, 8> Crc64::Value() const {
  std::array<uint8_t, 8> value{};
  for (size_t i = 0; i < value.size(); i++) {
    value[i] = static_cast<uint8_t>(state_ >> (56 - 8 * i));
  }
  return value;
}

}  // namespace berth::layer
