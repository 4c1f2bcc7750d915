// The lock of a run directory: held by a shim for its whole life, so that a container is never run twice.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

// Takes the lock file `lock` in the directory. An open file description lock (fcntl(2)): unlike one of flock(2) it can be
// looked at (F_OFD_GETLK) without being taken, so that a look never makes a start fail. EWOULDBLOCK: another shim has it.
Result<UniqueFd> LockRunDirectory(int run_fd);

// Writes into the lock file who holds it, as `shim_pid=` and `shim_start=`: known before there is a status.
Status NameHolder(int lock_fd, pid_t pid, uint64_t start_time);

}  // namespace berth
