// The exact tar stream of a layer, from its tree and its tar-split.
#pragma once

#include <string>

#include "layer/stream_output.h"

namespace berth::layer {

struct AssembleRequest {
  std::string directory;
  std::string tar_split;
  int fd = -1;  // -1: hash only
};

// Each file's size and checksum are compared: a changed tree is an error, with errnum 0, not another stream.
Result<StreamResult> Assemble(const AssembleRequest& request);

// Length of the stream that Assemble() gives.
Result<uint64_t> TarSize(const std::string& tar_split);

}  // namespace berth::layer
