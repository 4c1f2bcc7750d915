// Owner, mode, extended attributes and times of what was unpacked.
#pragma once

#include "layer/tar_entry.h"
#include "layer/tree.h"

namespace berth::layer {

// Sets everything on an open regular file that open(2) didn't. The umask of the thread is taken to be 0.
Status SetFileAttributes(int fd, const TarEntry& entry, bool inherits_group);

// The same for something that has just been created and can't be opened: symbolic link, device, fifo.
Status SetNodeAttributes(const Place& place, const TarEntry& entry);

// Owner and mode of a directory, where mkdir(2) didn't set them already; what its children change again is set by
// SetDirectoryAttributes() at the end.
Status SetDirectoryOwner(int fd, const TarEntry& entry, bool just_made, bool inherits_group);
Status SetDirectoryAttributes(int fd, const TarEntry& entry);

// Names that are overlayfs' own business: an archive must not be able to redirect a directory.
bool IsOverlayXattr(const std::string& name);

}  // namespace berth::layer
