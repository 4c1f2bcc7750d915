// The maps of sparse files in tar archives.
#pragma once

#include <string>
#include <vector>

#include "layer/byte_source.h"
#include "layer/tar_entry.h"

namespace berth::layer {

// Pairs of offset and size to pieces: sorted, apart, within the file, and together as long as the payload.
Result<std::vector<SparsePiece>> SparsePieces(const std::vector<uint64_t>& numbers, uint64_t file_size,
                                              uint64_t payload_size);

// Pairs of 12-byte numbers of GNU's old format; an empty one ends them.
Status AppendOldSparseMap(Bytes map, std::vector<uint64_t>* numbers);

// GNU sparse 1.0: lines of decimal numbers at the start of the payload, fed block by block.
class SparseMapText {
 public:
  Status Feed(Bytes block);
  [[nodiscard]] bool complete() const { return count_known_ && numbers_.size() == wanted_; }
  [[nodiscard]] std::vector<uint64_t> Take() { return std::move(numbers_); }

 private:
  Status EndLine();

  std::string line_;
  bool count_known_ = false;
  uint64_t wanted_ = 0;
  std::vector<uint64_t> numbers_;
};

}  // namespace berth::layer
