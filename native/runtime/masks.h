// Hiding and write-protecting parts of /proc and /sys.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/report.h"

namespace berth {

// Covers files with the host's /dev/null (checked to be it) and directories with an empty read-only tmpfs. What is missing
// is skipped; a symlink on the way is refused (ELOOP), since the mask would land elsewhere.
Status MaskPaths(int root_fd, const std::vector<std::string>& paths, Progress& progress);

// Mounts each path on itself, read-only with all below it.
Status ProtectPaths(int root_fd, const std::vector<std::string>& paths, Progress& progress);

}  // namespace berth
