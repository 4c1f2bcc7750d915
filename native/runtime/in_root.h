// Paths inside a container's root. The tree is hostile: symlinks of an image or of a running container may point
// anywhere, and may change while we look. Every path is resolved beneath a descriptor of the root (base/resolve.h), and
// what is made is made by its one name in a resolved parent.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

// Opens `path` as a process with that root would: OpenBeneath.
Result<UniqueFd> OpenInRoot(int root_fd, const std::string& path, int flags);

// The same, but any symlink on the way is ELOOP: for /proc and /sys, where none belongs.
Result<UniqueFd> OpenInRootNoSymlinks(int root_fd, const std::string& path, int flags);

// Makes each missing directory of `path`, following symlinks within the root, dangling ones too (a link to a missing
// directory makes that directory). Returns the last one, O_PATH. EAGAIN: it kept changing.
Result<UniqueFd> MakeDirsInRoot(int root_fd, const std::string& path, mode_t mode);

// Makes an empty file and its parents where missing, as above. Returns it O_PATH, whatever kind of object it is, but no
// symlink.
Result<UniqueFd> MakeFileInRoot(int root_fd, const std::string& path, mode_t mode);

// "/proc/self/fd/N": how to hand an O_PATH descriptor to a call that takes paths only.
std::string FdPath(int fd);

// Last component of `path`, and what stands before it ("/" or empty for none). "/a/b/" is "/a" and "b".
std::string ParentPath(const std::string& path);
std::string BaseName(const std::string& path);

}  // namespace berth
