// Plain, gzip (ISA-L) and zstd data from a file, told apart by the first bytes, with bounds against bombs.
#pragma once

#include <sys/types.h>

#include <memory>
#include <vector>

#include "layer/byte_source.h"
#include "layer/digest.h"

namespace berth::layer {

struct Limits {
  uint64_t max_bytes = UINT64_MAX;  // of output
  uint64_t max_ratio = UINT64_MAX;  // output for each byte of input, once past the first 64 MiB of output
};

// A part of a file. The descriptor is borrowed.
struct FileRange {
  int fd = -1;
  off_t offset = 0;   // -1: read(2) from where the descriptor stands, as a pipe needs it
  off_t length = -1;  // -1: to the end
};

// One compression format: turns input into output, both advanced by what was used.
class Codec {
 public:
  Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  virtual ~Codec() = default;
  virtual Status Run(Bytes& input, std::span<uint8_t>& output) = 0;
  // True where the data may end here.
  [[nodiscard]] virtual bool AtBoundary() const = 0;
};

class Decoder {
 public:
  Decoder(FileRange range, Limits limits);

  // Fills `output` as far as the data goes; fewer bytes than asked for mean the end.
  Result<size_t> Fill(std::span<uint8_t> output);

  [[nodiscard]] uint64_t bytes_out() const { return bytes_out_; }
  // Digest of the input. To be asked for once, after the end was reached.
  [[nodiscard]] std::string InputDigest() { return digest_.Finish(); }

 private:
  Status ReadInput();
  Status ChooseCodec();
  Status CheckLimits() const;

  FileRange range_;
  Limits limits_;
  std::vector<uint8_t> buffer_;
  Bytes input_;
  bool input_ended_ = false;
  uint64_t bytes_in_ = 0;
  uint64_t bytes_out_ = 0;
  Sha256 digest_;
  std::unique_ptr<Codec> codec_;
};

}  // namespace berth::layer
