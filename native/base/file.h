// Files by directory descriptor: open, read whole, write whole, replace by rename.
// All descriptors are O_CLOEXEC; EINTR is retried; short reads and writes are completed.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

// openat(2). `dir_fd` may be AT_FDCWD. O_CLOEXEC is always added.
Result<UniqueFd> OpenAt(int dir_fd, const std::string& path, int flags, mode_t mode = 0);

// Reads to the end, at most `limit` bytes; EFBIG when there is more.
Result<std::string> ReadAll(int fd, size_t limit);
Result<std::string> ReadFileAt(int dir_fd, const std::string& path, size_t limit = 16U << 20U);

// Writes every byte of `data`.
Status WriteAll(int fd, std::string_view data, const char* what);

// Writes `data` with one write(2), as procfs and cgroupfs need it.
Status WriteControl(int fd, std::string_view data, const char* what);

// The same to an existing file, which it opens.
Status WriteControlAt(int dir_fd, const std::string& path, std::string_view data);

// Replaces `name` in `dir_fd` by a new file with `data`: temporary file beside it, rename.
// With `durable` the file and the directory are fsynced (state that survives power loss).
Status ReplaceFileAt(int dir_fd, const std::string& name, std::string_view data, mode_t mode, bool durable);

// mkdirat(2) for each missing component of a relative or absolute path that the caller trusts.
Status MakeDirs(int dir_fd, const std::string& path, mode_t mode);

// Removes a tree without following symlinks and without crossing into another mount.
// A missing entry is success. Directories that are mount points give EBUSY.
Status RemoveTreeAt(int dir_fd, const std::string& name);

// Sets or clears FD_CLOEXEC.
Status SetCloexec(int fd, bool on);

}  // namespace berth
