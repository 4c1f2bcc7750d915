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

}  // namespace berth::layer
