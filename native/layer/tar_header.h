// The 512-byte header block of tar: its fields and its numbers.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "layer/byte_source.h"

namespace berth::layer {

constexpr size_t kBlockSize = 512;
using Block = std::array<uint8_t, kBlockSize>;

struct Field {
  size_t offset;
  size_t size;
};

namespace field {
constexpr Field kName{0, 100}, kMode{100, 8}, kUid{108, 8}, kGid{116, 8}, kSize{124, 12}, kMtime{136, 12};
constexpr Field kChecksum{148, 8}, kType{156, 1}, kLink{157, 100}, kMagic{257, 6}, kVersion{263, 2};
constexpr Field kUserName{265, 32}, kGroupName{297, 32}, kMajor{329, 8}, kMinor{337, 8}, kPrefix{345, 155};
// GNU's old sparse format puts a map, a flag and the file's size where ustar has the prefix.
constexpr Field kSparseMap{386, 96}, kSparseMore{482, 1}, kSparseSize{483, 12};
}  // namespace field

// Octal digits, or GNU's base-256 where the first byte has its top bit set. Empty fields are 0.
Result<int64_t> ParseNumber(Bytes field);

// Text up to the first NUL.
std::string ParseText(Bytes field);

class TarHeader {
 public:
  explicit TarHeader(const Block& block) : block_(block) {}

  [[nodiscard]] bool IsZero() const;
  // EBERTH-style error where the checksum is wrong.
  [[nodiscard]] Status Check() const;
  [[nodiscard]] char type() const { return static_cast<char>(block_[field::kType.offset]); }
  [[nodiscard]] bool IsGnu() const;
  [[nodiscard]] Bytes Raw(Field which) const { return Bytes(block_).subspan(which.offset, which.size); }
  [[nodiscard]] Result<int64_t> Number(Field which) const { return ParseNumber(Raw(which)); }
  // Prefix and name; only POSIX headers have a prefix.
  [[nodiscard]] std::string Name() const;

 private:
  [[nodiscard]] bool IsPosix() const;

  const Block& block_;
};

}  // namespace berth::layer
