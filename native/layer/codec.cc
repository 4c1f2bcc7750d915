#include "layer/codec.h"

#include <isa-l.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>

namespace berth::layer {

namespace {

class PlainCodec final : public Codec {
 public:
  Status Run(Bytes& input, std::span<uint8_t>& output) override {
    const size_t size = std::min(input.size(), output.size());
    std::memcpy(output.data(), input.data(), size);
    input = input.subspan(size);
    output = output.subspan(size);
    return {};
  }
  [[nodiscard]] bool AtBoundary() const override { return true; }
};

// Members that follow one another are one stream (RFC 1952); zeros after the last are padding.
class GzipCodec final : public Codec {
 public:
  GzipCodec() { Reset(); }

  Status Run(Bytes& input, std::span<uint8_t>& output) override {
    while (!output.empty()) {
      if (ended_) {
        BERTH_TRY(SkipPadding(input));
        if (input.empty()) {
          return {};
        }
        Reset();
      }
      // Called without input, too: ISA-L may still hold output.
      const size_t before = input.size() + output.size();
      BERTH_TRY(Inflate(input, output));
      if (input.size() + output.size() == before) {
        return {};
      }
    }
    return {};
  }

  [[nodiscard]] bool AtBoundary() const override { return ended_; }

 private:
  void Reset() {
    isal_inflate_init(&state_);
    state_.crc_flag = ISAL_GZIP;
    ended_ = false;
  }

  Status SkipPadding(Bytes& input) {
    while (!input.empty() && input[0] == 0) {
      padding_ = true;
      input = input.subspan(1);
    }
    if (padding_ && !input.empty()) {
      return Fail(0, "gunzip", "data after the end of the gzip stream");
    }
    return {};
  }

  Status Inflate(Bytes& input, std::span<uint8_t>& output) {
    // ISA-L's structure has no const, but it only reads from next_in.
    state_.next_in = const_cast<uint8_t*>(input.data());
    state_.avail_in = static_cast<uint32_t>(input.size());
    state_.next_out = output.data();
    state_.avail_out = static_cast<uint32_t>(output.size());
    if (const int code = isal_inflate(&state_); code < 0) {
      return Fail(0, "gunzip", "bad gzip data (code " + std::to_string(code) + ")");
    }
    input = input.last(state_.avail_in);
    output = output.last(state_.avail_out);
    ended_ = state_.block_state == ISAL_BLOCK_FINISH;
    return {};
  }

  inflate_state state_{};
  bool ended_ = false;
  bool padding_ = false;
};

class ZstdCodec final : public Codec {
 public:
  ZstdCodec() : context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
    // A frame may ask for a window of gigabytes: 128 MiB is what the command line tool accepts.
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, 27);
  }

  Status Run(Bytes& input, std::span<uint8_t>& output) override {
    ZSTD_inBuffer in{input.data(), input.size(), 0};
    ZSTD_outBuffer out{output.data(), output.size(), 0};
    const size_t hint = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(hint) != 0) {
      return Fail(0, "unzstd", ZSTD_getErrorName(hint));
    }
    ended_ = hint == 0;
    input = input.subspan(in.pos);
    output = output.subspan(out.pos);
    return {};
  }

  [[nodiscard]] bool AtBoundary() const override { return ended_; }

 private:
  std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context_;
  bool ended_ = false;
};

bool StartsWith(Bytes data, std::initializer_list<uint8_t> magic) {
  return data.size() >= magic.size() && std::equal(magic.begin(), magic.end(), data.begin());
}

bool IsZstd(Bytes head) {
  const bool skippable =
      head.size() >= 4 && (head[0] & 0xf0U) == 0x50 && head[1] == 0x2a && head[2] == 0x4d && head[3] == 0x18;
  return skippable || StartsWith(head, {0x28, 0xb5, 0x2f, 0xfd});
}

}  // namespace

Result<std::unique_ptr<Codec>> MakeCodec(Bytes head) {
  if (StartsWith(head, {0x1f, 0x8b})) {
    return std::make_unique<GzipCodec>();
  }
  if (IsZstd(head)) {
    return std::make_unique<ZstdCodec>();
  }
  if (StartsWith(head, {'B', 'Z', 'h'})) {
    return Fail(0, "decompress", "bzip2 data is not supported");
  }
  if (StartsWith(head, {0xfd, '7', 'z', 'X', 'Z'})) {
    return Fail(0, "decompress", "xz data is not supported");
  }
  return std::make_unique<PlainCodec>();
}

}  // namespace berth::layer
