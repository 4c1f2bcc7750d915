// Headers of a tar stream: ustar where it can say everything, else with a pax header in front.
#pragma once

#include <string>

#include "layer/tar_entry.h"

namespace berth::layer {

// The header blocks of a member. Times are cut to seconds, as image tools do. A sparse entry becomes GNU's format 1.0, whose
// map is the beginning of the payload and part of what is returned.
std::string TarHeaderBytes(const TarEntry& entry);

// Bytes of zeros up to a whole block.
std::string TarPadding(uint64_t payload_size);

}  // namespace berth::layer
