// A streaming reader of tar: v7, ustar, GNU long names, pax, sparse files of every format.
//
// Every byte of the stream that isn't taken by Payload() is shown to the observer in order, so that the exact stream can be
// put together again later (tar_split.h).
#pragma once

#include <string>

#include "layer/byte_source.h"
#include "layer/pax.h"
#include "layer/tar_entry.h"
#include "layer/tar_header.h"

namespace berth::layer {

class RawObserver {
 public:
  RawObserver() = default;
  RawObserver(const RawObserver&) = delete;
  RawObserver& operator=(const RawObserver&) = delete;
  virtual ~RawObserver() = default;
  virtual Status Raw(Bytes data) = 0;
};

class TarReader {
 public:
  // Both are borrowed; the observer may be null.
  TarReader(ByteSource* source, RawObserver* observer) : source_(source), observer_(observer) {}

  // Goes to the next member, past what is left of this one's payload. False at the end, when the stream was read to
  // its last byte.
  Result<bool> Next(TarEntry* entry);

  // The next bytes of the payload; none at its end. A sparse file's are those of its pieces, one after another.
  Result<Bytes> Payload(size_t max);

  // Bytes of payload not taken yet, and where the next one stands in the stream.
  [[nodiscard]] uint64_t remaining() const { return remaining_; }
  [[nodiscard]] uint64_t position() const { return position_; }

 private:
  Result<Bytes> Take(size_t max);
  Result<size_t> ReadBlock(Block* block);
  Result<bool> ReadHeader(Block* block);
  Status Observe(Bytes data);
  Status Skip(uint64_t size);
  Result<bool> SkipPadding();
  Status ReadToEnd();
  Result<std::string> ReadText(uint64_t size);
  Result<bool> ApplyExtension(const TarHeader& header, Overrides* overrides);
  Status FillEntry(const TarHeader& header, Overrides overrides, TarEntry* entry);
  Status ReadSparse(const TarHeader& header, const Overrides& overrides, TarEntry* entry);
  Result<std::vector<uint64_t>> ReadOldSparseMap(const TarHeader& header);
  Result<std::vector<uint64_t>> ReadPayloadSparseMap();

  ByteSource* source_;
  RawObserver* observer_;
  uint64_t position_ = 0;
  uint64_t remaining_ = 0;
  uint64_t padding_ = 0;
};

}  // namespace berth::layer
