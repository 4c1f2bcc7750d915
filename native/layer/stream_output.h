// Where a tar stream goes that we make: hashed, counted, and written in large pieces.
#pragma once

#include <string>
#include <vector>

#include "layer/digest.h"

namespace berth::layer {

// What is known of a tar stream once it was made.
struct StreamResult {
  std::string diff_id;
  uint64_t size = 0;       // of the regular files
  uint64_t tar_bytes = 0;  // of the stream
};

class StreamOutput {
 public:
  // Borrows the descriptor; -1: hash and count only.
  explicit StreamOutput(int fd) : fd_(fd) {}

  Status Write(Bytes data);
  // Writes what is left; to be called once.
  Result<StreamResult> Finish(uint64_t size);

 private:
  Status Flush();

  int fd_;
  Sha256 digest_;
  uint64_t bytes_ = 0;
  std::vector<uint8_t> buffer_;
};

}  // namespace berth::layer
