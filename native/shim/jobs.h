// Work on the container's cgroup, done in a forked child (worker.h).
#pragma once

#include <string>

#include "shim/worker.h"

namespace berth {

// Kills what is left in the cgroup, counts its OOM kills, and removes it where asked to.
Result<WorkerReply> CleanUpJob(const std::string& cgroup, bool remove);

Result<WorkerReply> KillJob(const std::string& cgroup);
Result<WorkerReply> FreezeJob(const std::string& cgroup, bool frozen);

// Applies config.json's limits.
Result<WorkerReply> ApplyLimitsJob(int container_fd, const std::string& cgroup);

}  // namespace berth
