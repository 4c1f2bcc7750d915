// The compression formats of layers.
#pragma once

#include <memory>

#include "layer/decoder.h"

namespace berth::layer {

// `head` is the beginning of the data. Formats that are known but not supported are errors by name.
Result<std::unique_ptr<Codec>> MakeCodec(Bytes head);

}  // namespace berth::layer
