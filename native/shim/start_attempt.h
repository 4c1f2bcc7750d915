// One try to start the container's init: the start protocol between the shim, the forked starter and init (protocol.h).
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>

#include "base/result.h"
#include "base/unique_fd.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/container.h"
#include "runtime/sync.h"
#include "shim/children.h"
#include "shim/event_loop.h"
#include "shim/worker.h"

namespace berth {

// What is told about an attempt. Warnings come before anything but OnCreated. After OnStartFailed nothing else comes.
class StartListener {
 public:
  virtual ~StartListener() = default;
  // Init was cloned.
  virtual void OnCreated(pid_t pid) = 0;
  // Init is set up and waits for Go().
  virtual void OnReady() = 0;
  // execve succeeded.
  virtual void OnExecuted() = 0;
  // Something could not be had and is gone without.
  virtual void OnWarning(const SyncMessage& warning) = 0;
  virtual void OnStartFailed(const SyncMessage& failure) = 0;
};

class StartAttempt {
 public:
  StartAttempt(EventLoop& loop, StartListener& listener, const CgroupHost& cgroups)
      : loop_(loop), listener_(listener), cgroups_(cgroups) {}

  // Forks the starter, which reads config.json and supervise from `container_fd` and clones init with `stdio`.
  Status Begin(Children& children, int container_fd, int run_fd, const Stdio& stdio);
  void Go();
  // Ends a starter that is still at work, which shows as a failure. A cloned init is the listener's to kill.
  void Cancel() const;
  // Init has ended before it executed anything: what it said last, or else how it ended, is the failure.
  void InitEnded(int wait_status);

 private:
  void OnStarterDone(const WorkerReply& reply);
  void OnSyncReadable();
  void TakeRecord(const SyncMessage& message);
  void OnSyncClosed();
  void Advance();
  void Fail(const SyncMessage& failure);

  EventLoop& loop_;
  StartListener& listener_;
  const CgroupHost& cgroups_;
  UniqueFd sync_;
  std::unique_ptr<Watch> watch_;
  pid_t starter_ = 0;
  bool starter_done_ = false;
  bool ready_ = false;
  bool ready_told_ = false;
  bool go_ = false;
  bool over_ = false;
  std::optional<SyncMessage> failure_;
};

}  // namespace berth
