// "tmpcopyup": a tmpfs that begins as what it covers.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "runtime/mount_options.h"

namespace berth {

// A new tmpfs, detached, with a copy of the directory behind `directory_fd`, owners and modes with it. A mode among the
// options is that of its root.
Result<UniqueFd> NewTmpfsOf(int directory_fd, const std::string& source, MountOptions options);

}  // namespace berth
