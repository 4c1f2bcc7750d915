#include "layer/sparse.h"

#include "layer/pax.h"
#include "layer/tar_header.h"

namespace berth::layer {

namespace {

// A piece takes at least a byte of the archive; more pieces than this are made to exhaust memory.
constexpr uint64_t kMaxPieces = 1U << 20U;

}  // namespace

Result<std::vector<SparsePiece>> SparsePieces(const std::vector<uint64_t>& numbers, uint64_t file_size,
                                              uint64_t payload_size) {
  std::vector<SparsePiece> pieces;
  uint64_t end = 0;
  uint64_t total = 0;
  if (numbers.size() % 2 != 0 || numbers.size() / 2 > kMaxPieces) {
    return Fail(0, "tar", "bad sparse map");
  }
  for (size_t i = 0; i < numbers.size(); i += 2) {
    const SparsePiece piece{numbers[i], numbers[i + 1]};
    if (piece.offset < end || piece.offset > file_size || piece.size > file_size - piece.offset) {
      return Fail(0, "tar", "bad sparse map: pieces overlap or go past the end of the file");
    }
    end = piece.offset + piece.size;
    total += piece.size;
    pieces.push_back(piece);
  }
  if (total != payload_size) {
    return Fail(0, "tar", "bad sparse map: its pieces are not what the archive holds");
  }
  return pieces;
}

Status AppendOldSparseMap(Bytes map, std::vector<uint64_t>* numbers) {
  constexpr size_t kNumberSize = 12;
  for (size_t at = 0; at + 2 * kNumberSize <= map.size() && map[at] != 0; at += 2 * kNumberSize) {
    for (const size_t offset : {at, at + kNumberSize}) {
      BERTH_ASSIGN(const int64_t number, ParseNumber(map.subspan(offset, kNumberSize)));
      if (number < 0) {
        return Fail(0, "tar", "bad sparse map");
      }
      numbers->push_back(static_cast<uint64_t>(number));
    }
  }
  if (numbers->size() / 2 > kMaxPieces) {
    return Fail(0, "tar", "bad sparse map: too many pieces");
  }
  return {};
}

Status SparseMapText::EndLine() {
  BERTH_ASSIGN(const uint64_t number, ParseDecimal(line_));
  line_.clear();
  if (count_known_) {
    numbers_.push_back(number);
    return {};
  }
  if (number > kMaxPieces) {
    return Fail(0, "tar", "bad sparse map: too many pieces");
  }
  count_known_ = true;
  wanted_ = 2 * number;
  return {};
}

Status SparseMapText::Feed(Bytes block) {
  constexpr size_t kMaxDigits = 20;
  for (const uint8_t byte : block) {
    if (complete()) {
      return {};
    }
    if (byte == '\n') {
      BERTH_TRY(EndLine());
      continue;
    }
    line_ += static_cast<char>(byte);
    if (line_.size() > kMaxDigits) {
      return Fail(0, "tar", "bad sparse map");
    }
  }
  return {};
}

}  // namespace berth::layer
