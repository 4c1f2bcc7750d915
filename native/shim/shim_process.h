// What every berth-shim process does first: it becomes independent of whoever started it.
#pragma once

#include "base/result.h"
#include "oci/supervise.h"

namespace berth {

// Closes every descriptor above `last_fd` and makes those up to it O_CLOEXEC; own session, root as working directory;
// ignores what a closing terminal or login session sends. SIGCHLD and SIGTERM stay blocked, for a signalfd.
void DetachFromCaller(int last_fd);

// Moves this process into the cgroup of its stack's shims, out of the caller's service or session.
Status JoinShimCgroup(const Supervise& settings);

// Makes the kernel take others first when memory is short. Without the privilege nothing changes.
void ProtectFromOomKiller();

}  // namespace berth
