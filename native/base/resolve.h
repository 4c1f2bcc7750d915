// Paths beneath a directory that somebody else writes into: the tree of an image, of a container, of a layer. Whatever
// stands in the path or in a symlink of the tree, and however it changes meanwhile, what is opened is in the tree.
#pragma once

#include <linux/openat2.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

// Opens `path` as a process with that root would: absolute symlinks and ".." end in it, magic links of procfs are refused.
// `restrictions` may add RESOLVE_NO_SYMLINKS and RESOLVE_NO_XDEV. `flags` are those of open(2) without O_CREAT and
// O_TMPFILE; O_CLOEXEC is added. openat2(2) does it; WalkBeneath where the kernel has none or a filter refuses it.
// ELOOP: a link that may not be followed, or too many. EXDEV: another mount. EAGAIN: it kept changing. EINVAL: a NUL.
Result<UniqueFd> OpenBeneath(int root_fd, const std::string& path, int flags, uint64_t restrictions = 0);

// The same without openat2: component by component with O_PATH and O_NOFOLLOW, symlinks read and resolved here, ".." by
// what was walked through and never by the kernel. At the end every directory on the way is seen to be where it was.
// Links in procfs count as magic unless they are in its top directory.
Result<UniqueFd> WalkBeneath(int root_fd, const std::string& path, int flags, uint64_t restrictions = 0);

}  // namespace berth
