// A container's root filesystem: image layers below, its own layer on top.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/supervise.h"

namespace berth {

// The text of overlayfs' mount options, with the record's relative paths. An error has errnum 0 where it does not fit
// into the page that mount(2) takes, or where a path holds a character that overlayfs gives a meaning.
Result<std::string> OverlayOptions(const Supervise& supervise);

// Mounts the overlay on the directory `path` (relative to `dir_fd`) and returns its root. Changes the working directory,
// since the options are relative to the record's overlay.dir. The caller excludes a second mount of the same upper layer.
Result<UniqueFd> MountOverlay(const Supervise& supervise, int dir_fd, const std::string& path);

}  // namespace berth
