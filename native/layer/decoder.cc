#include "layer/decoder.h"

#include <unistd.h>

#include <algorithm>

#include "layer/codec.h"

namespace berth::layer {

namespace {

constexpr size_t kInputSize = 128U << 10U;
// Small archives may have any ratio: an empty file system compresses very well.
constexpr uint64_t kRatioFree = 64U << 20U;

// Fills the buffer unless the file ends: what comes first decides about the format.
Result<size_t> ReadFull(const FileRange& range, std::span<uint8_t> buffer) {
  size_t have = 0;
  while (have < buffer.size()) {
    const std::span<uint8_t> rest = buffer.subspan(have);
    const ssize_t got = range.offset < 0
                            ? ::read(range.fd, rest.data(), rest.size())
                            : ::pread(range.fd, rest.data(), rest.size(), range.offset + static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return Errno("read", "archive");
    }
    if (got == 0) {
      break;
    }
    have += static_cast<size_t>(got);
  }
  return have;
}

}  // namespace

Decoder::Decoder(FileRange range, Limits limits) : range_(range), limits_(limits), buffer_(kInputSize) {}

Status Decoder::ReadInput() {
  size_t want = buffer_.size();
  if (range_.length >= 0) {
    want = std::min(want, static_cast<size_t>(range_.length));
  }
  BERTH_ASSIGN(const size_t size, ReadFull(range_, std::span(buffer_).first(want)));
  if (size < want && range_.length >= 0) {
    return Fail(0, "read", "the archive is cut short");
  }
  range_.offset += range_.offset < 0 ? 0 : static_cast<off_t>(size);
  range_.length -= range_.length < 0 ? 0 : static_cast<off_t>(size);
  bytes_in_ += size;
  input_ = Bytes(buffer_).first(size);
  input_ended_ = size == 0;
  digest_.Update(input_);
  return {};
}

Status Decoder::ChooseCodec() {
  BERTH_TRY(ReadInput());
  BERTH_ASSIGN(codec_, MakeCodec(input_));
  return {};
}

Status Decoder::CheckLimits() const {
  if (bytes_out_ > limits_.max_bytes) {
    return Fail(EFBIG, "decompress", "more than " + std::to_string(limits_.max_bytes) + " bytes");
  }
  if (bytes_out_ > kRatioFree && bytes_out_ / limits_.max_ratio > bytes_in_) {
    return Fail(EFBIG, "decompress", "more than " + std::to_string(limits_.max_ratio) + " times the size of its input");
  }
  return {};
}

Result<size_t> Decoder::Fill(std::span<uint8_t> output) {
  if (!codec_) {
    BERTH_TRY(ChooseCodec());
  }
  std::span<uint8_t> rest = output;
  while (!rest.empty()) {
    if (input_.empty() && !input_ended_) {
      BERTH_TRY(ReadInput());
    }
    const size_t before = rest.size();
    const size_t input_before = input_.size();
    BERTH_TRY(codec_->Run(input_, rest));
    bytes_out_ += before - rest.size();
    BERTH_TRY(CheckLimits());
    if (input_ended_ && before == rest.size()) {
      break;
    }
    if (before == rest.size() && input_before == input_.size() && !input_.empty()) {
      return Fail(0, "decompress", "bad data");
    }
  }
  if (!rest.empty() && !codec_->AtBoundary()) {
    return Fail(0, "decompress", "the compressed data is cut short");
  }
  return output.size() - rest.size();
}

}  // namespace berth::layer
