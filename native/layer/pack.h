// An overlay upper directory to a layer's tar stream, in canonical order (names sorted bytewise, a directory before what is
// in it), with overlayfs' whiteouts and opaque directories turned back into `.wh.` names.
#pragma once

#include <string>

#include "layer/stream_output.h"

namespace berth::layer {

struct PackRequest {
  std::string directory;
  int fd = -1;               // where the stream goes; -1: nowhere
  std::string tar_split;     // the file to write; empty: none
  int64_t clamp_mtime = -1;  // no time is later, in the stream and in the tree; -1: times are kept
};

// The same tree gives the same stream. Sockets are left out, as tar does.
Result<StreamResult> Pack(const PackRequest& request);

}  // namespace berth::layer
