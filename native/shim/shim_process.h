// What every berth-shim process does first: it becomes independent of whoever started it.
#pragma once

#include <functional>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/supervise.h"
#include "runtime/report.h"

namespace berth {

// Closes every descriptor above `last_fd` and makes those up to it O_CLOEXEC; own session, root as working directory;
// ignores what a closing terminal or login session sends. SIGCHLD and SIGTERM stay blocked, for a signalfd.
void DetachFromCaller(int last_fd);

// The stream of kStreamFd; invalid where /dev/null stands for "not attached".
UniqueFd AttachedStream();

// Detaches, then runs a shim's work. Where it fails, the caller is told over the start socket, which the work gives up once
// all went well. Returns the exit code.
int RunDetached(int last_fd, const std::function<Status(UniqueFd& sync, Progress& progress)>& work);

// Moves this process into the cgroup of its stack's shims, out of the caller's service or session.
Status JoinShimCgroup(const Supervise& settings);

// Makes the kernel take others first when memory is short. Without the privilege nothing changes.
void ProtectFromOomKiller();

}  // namespace berth
