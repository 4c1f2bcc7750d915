// A layer's archive into its `diff` directory.
#pragma once

#include <string>

#include "layer/decoder.h"

namespace berth::layer {

struct UnpackRequest {
  FileRange range;
  Limits limits;
  std::string directory;  // absolute, an existing empty directory
  std::string tar_split;  // absolute, the file to write
  std::string digest;     // of the input; empty: any
  std::string diff_id;    // of the tar stream; empty: any
};

struct UnpackResult {
  std::string digest;
  std::string diff_id;
  uint64_t size = 0;       // of the regular files
  uint64_t tar_bytes = 0;  // of the tar stream
  bool opaque_root = false;
};

// Decompresses and hashes in one thread and writes in another. On failure the directory holds what was written so far. Errors
// with errnum 0 are the archive's fault. Runs in threads of its own, since it changes the umask.
Result<UnpackResult> Unpack(const UnpackRequest& request);

}  // namespace berth::layer
