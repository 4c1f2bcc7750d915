// Work that the resident shim leaves to a forked child: whatever allocates much (reading JSON) or may block (waiting for
// a cgroup to empty). The child's memory goes with it, and the shim stays small and responsive.
#pragma once

#include <unistd.h>

#include <functional>
#include <string>

#include "base/result.h"
#include "runtime/report.h"
#include "runtime/sync.h"
#include "shim/children.h"

namespace berth {

// What the child says before it exits: kFailed with the error, or anything else.
struct WorkerReply {
  SyncMessage message;
  int64_t oom_kills = -1;  // of the container's cgroup since it was made
};

// A reply without news.
WorkerReply Succeeded();

class Worker {
 public:
  using Job = std::function<Result<WorkerReply>()>;
  using Done = std::function<void(const WorkerReply&)>;

  // Forks a child that runs `job`; `done` is called from `children` after it has ended. `step` names the work in its
  // failure. The child, whose pid is the result, has default signals and dies with the shim.
  static Result<pid_t> Start(Children& children, const char* step, const Job& job, Done done);
};

// What a forked child must do first: default signals, no better OOM score than an ordinary process, death with its parent.
void PrepareForkedChild();

}  // namespace berth
