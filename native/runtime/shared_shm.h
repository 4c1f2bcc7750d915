#pragma once

#include <cstdint>

#include "base/result.h"

namespace berth {

// A tmpfs at <run_fd>/shm for containers that share an ipc namespace, of at most `bytes`. It stays mounted on the host
// until the container is removed; one that is there already is kept.
Status EnsureSharedShm(int run_fd, int64_t bytes);

}  // namespace berth
