// A new volume takes the image's content at the place where it is mounted.
#pragma once

#include <string>

#include "base/result.h"

namespace berth {

// Fills the directory `source` (a volume's `_data`, or the user's directory that a volume names) from `destination` in the container's root, while it is empty and the
// image has a directory there; owner and mode of the directory included. Containers that start at once with the same volume
// take turns by a lock on the volume's directory.
//
// The copy is made in `_copy` beside it, renamed to `_copied` when complete, and its entries are then moved: the directory
// itself stays the same, since another container may have it mounted. Killed before the rename, the volume is still empty;
// killed after it, the next start moves the rest.
//
// A directory of the user's (a volume's `device`) may be a mount, and what lies beside it is not ours: there the copy is made
// in it, in `.berth-copy` and `.berth-copied`.
Status PopulateVolume(int root_fd, const std::string& source, const std::string& destination);

// The directory that it works in.
std::string VolumeDirectory(const std::string& source);

}  // namespace berth
