// Work on the container's cgroup, done in a forked child (worker.h).
#pragma once

#include <string>

#include "runtime/cgroup/cgroup.h"
#include "shim/worker.h"

namespace berth {

// Ends a run: kills what is left in the cgroup, counts its OOM kills, and removes it. The next run makes its own.
Result<WorkerReply> CleanUpJob(const CgroupHost& host, const std::string& cgroup);

Result<WorkerReply> KillJob(const std::string& cgroup);
Result<WorkerReply> FreezeJob(const std::string& cgroup, bool frozen);

// Applies config.json's limits.
Result<WorkerReply> ApplyLimitsJob(int container_fd, const std::string& cgroup);

}  // namespace berth
