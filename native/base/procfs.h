// Files of the kernel's own process filesystem. What is written there changes the host or takes rights away from us, so a
// file that merely stands at /proc is not good enough: a mount over it, or over a part of it, must not be written to.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

// Opens `path` beneath /proc ("self/oom_score_adj", "sys/net/core/somaxconn"): /proc is the root of a procfs, nothing is
// mounted on the way, and what is opened is a file of that procfs. Error: EXDEV where something is mounted over it, errnum
// 0 where /proc is none.
Result<UniqueFd> OpenProcFile(const std::string& path, int flags);

// Writes such a file with one write(2).
Status WriteProcFile(const std::string& path, std::string_view value);

}  // namespace berth
