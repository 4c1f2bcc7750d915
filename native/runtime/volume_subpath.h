// A part of a volume. Every container that has the volume may put a symlink in the place of the part at any time: so it is
// looked up at each start, as a path in a root that the volume is, and what was found is mounted by its descriptor.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"
#include "runtime/mount_options.h"

namespace berth {

// A detached copy of what `options.subpath` leads to in the directory that `mount.source` names before it. An error names
// subpath and volume. ELOOP: a magic link, or too many symlinks. EINVAL: the source does not end in the subpath.
Result<UniqueFd> CloneVolumeSubpath(const Mount& mount, const MountOptions& options);

// The same of a new, detached filesystem. Nothing else may use the tree at `root_fd` yet: the filesystem is attached
// there for that moment, since what is detached can't be cloned before Linux 6.15.
Result<UniqueFd> CloneFilesystemSubpath(int root_fd, int filesystem_fd, const MountOptions& options);

}  // namespace berth
