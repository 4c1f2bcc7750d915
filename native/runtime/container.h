// Creating a container's init and joining a container: what happens between fork and execve.
//
// Both functions run in a short-lived, single-threaded process that was forked from the shim (the starter), never in
// Node. They allocate and parse freely: that process exits. Init is cloned with CLONE_PARENT, so it is the shim's child.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "oci/container_state.h"
#include "oci/spec.h"
#include "oci/supervise.h"
#include "runtime/cgroup/cgroup.h"

namespace berth {

// Descriptors that init gets as 0, 1, 2. With `process.terminal` they are not used: init opens a pty in its own devpts and
// sends the master with SCM_RIGHTS (one byte of data) over `console_fd`.
struct Stdio {
  int in = -1;
  int out = -1;
  int err = -1;
  int console_fd = -1;
  // How many of the caller's descriptors from 3 on the process keeps, with their numbers.
  int preserved = 0;
};

struct CreateOptions {
  const RuntimeSpec* spec = nullptr;
  const Supervise* supervise = nullptr;
  const CgroupHost* cgroups = nullptr;
  int container_fd = -1;  // <root>/containers/<id>
  int run_fd = -1;        // <run>/containers/<id>; namespaces are pinned in its ns/
  Stdio stdio;
  // Init's end of a SOCK_SEQPACKET pair. Init sends Ready, waits for Start and executes; or sends Failed and exits.
  // It is O_CLOEXEC: end of file after Start means that execve succeeded.
  int sync_fd = -1;
  // A listening socket of the same type, or -1. With one init waits, once it is ready, for who connects there: that is
  // who sends Start and is told of a failure, and init outlives its parent and the peer of `sync_fd`. Without it it dies
  // with its parent.
  int start_fd = -1;
  // What the spec's hooks are told, but for status and pid; needed where it has any. The runtime's own (prestart and
  // createRuntime) are the caller's to run: where there are some, init sends Mounted and waits for GoOn.
  const ContainerState* state = nullptr;
  bool new_keyring = true;  // a session keyring of the container's own
};

// Makes the cgroup and applies limits, makes or joins the namespaces (user first; net, ipc, uts pinned), clones init into
// them, and returns init's pid. What init then does: overlay, mounts, /dev, masks, pivot_root, privileges, execve.
// On error nothing that it made is left but the cgroup and the pins, which the next try or the removal takes over.
// Either function's own error, too, was sent as Failed over `sync_fd` with its step before it returns.
Result<pid_t> CreateInit(const CreateOptions& options);

struct ExecOptions {
  const RuntimeSpec* spec = nullptr;     // the container's
  const Process* process = nullptr;      // what to run in it
  const Supervise* supervise = nullptr;  // for its cgroup
  pid_t init_pid = -1;
  uint64_t init_start_time = 0;  // checked after pidfd_open: a reused pid gives ESRCH
  std::string cgroup = {};       // below the container's own ("/worker"); empty: that itself
  int container_fd = -1;         // as in CreateOptions; what a seccomp listener's receiver is told as bundle
  Stdio stdio;
  int sync_fd = -1;  // as in CreateOptions, but without waiting for Start
  bool new_keyring = true;
};

// Joins the container's namespaces and cgroup and returns the pid of the new process (child of the caller).
Result<pid_t> ExecInContainer(const ExecOptions& options);

}  // namespace berth
