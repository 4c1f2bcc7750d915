// flock(2) on a file that is made where it is missing.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

// Takes the lock without waiting; EWOULDBLOCK when another holds it. The descriptor holds the lock until closed.
Result<UniqueFd> TryLockFile(const std::string& path, bool exclusive);

}  // namespace berth
