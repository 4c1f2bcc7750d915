#include "layer/tar_header.h"

#include <algorithm>
#include <cstring>

namespace berth::layer {

namespace {

// Two's complement, big endian; the top bit of the first byte is only the mark.
Result<int64_t> ParseBase256(Bytes field) {
  const bool negative = (field[0] & 0x40U) != 0;
  uint64_t value = negative ? ~uint64_t{0} : 0;
  for (size_t i = 0; i < field.size(); i++) {
    const uint8_t byte = i == 0 ? static_cast<uint8_t>(negative ? field[0] | 0x80U : field[0] & 0x7fU) : field[i];
    const auto sign = static_cast<int64_t>(value) >> 55U;
    if (sign != 0 && sign != -1) {
      return Fail(0, "tar", "a number in a header is too large");
    }
    value = value << 8U | byte;
  }
  return static_cast<int64_t>(value);
}

}  // namespace

Result<int64_t> ParseNumber(Bytes field) {
  if (!field.empty() && (field[0] & 0x80U) != 0) {
    return ParseBase256(field);
  }
  const auto blank = [](uint8_t c) { return c == ' ' || c == 0; };
  const auto first = std::find_if_not(field.begin(), field.end(), blank);
  const auto last = std::find_if(first, field.end(), blank);
  int64_t value = 0;
  for (auto at = first; at != last; ++at) {
    if (*at < '0' || *at > '7') {
      return Fail(0, "tar", "a number in a header is not octal");
    }
    value = value * 8 + (*at - '0');
  }
  return value;
}

std::string ParseText(Bytes field) {
  const auto end = std::find(field.begin(), field.end(), uint8_t{0});
  return {field.begin(), end};
}

bool TarHeader::IsZero() const {
  return std::all_of(block_.begin(), block_.end(), [](uint8_t byte) { return byte == 0; });
}

Status TarHeader::Check() const {
  // Old programs summed signed bytes.
  int64_t plain = 0;
  int64_t with_sign = 0;
  for (size_t i = 0; i < kBlockSize; i++) {
    const bool own = i >= field::kChecksum.offset && i < field::kChecksum.offset + field::kChecksum.size;
    const uint8_t byte = own ? uint8_t{' '} : block_[i];
    plain += byte;
    with_sign += static_cast<int8_t>(byte);
  }
  const auto stored = Number(field::kChecksum);
  if (!stored || (*stored != plain && *stored != with_sign)) {
    return Fail(0, "tar", "bad header checksum: not a tar archive, or damaged");
  }
  return {};
}

bool TarHeader::IsGnu() const { return std::memcmp(&block_[field::kMagic.offset], "ustar  ", 8) == 0; }

bool TarHeader::IsPosix() const { return std::memcmp(&block_[field::kMagic.offset], "ustar", 6) == 0; }

std::string TarHeader::Name() const {
  std::string name = ParseText(Raw(field::kName));
  const std::string prefix = IsPosix() ? ParseText(Raw(field::kPrefix)) : "";
  return prefix.empty() ? name : prefix + "/" + name;
}

}  // namespace berth::layer
