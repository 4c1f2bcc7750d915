// The last steps of a container's process, once it stands in its namespaces and root: descriptors, limits, privileges,
// working directory, execve. The same for init and for `exec`.
#pragma once

#include <string>
#include <vector>

#include "oci/container_state.h"
#include "oci/spec.h"
#include "runtime/confinement.h"
#include "runtime/container.h"
#include "runtime/report.h"

namespace berth {

struct RunOptions {
  const RuntimeSpec* spec = nullptr;
  std::string id;  // the container's
  const Process* process = nullptr;
  Stdio stdio;           // `console_fd` is not used any more
  int terminal_fd = -1;  // becomes stdio and the controlling terminal
  int sync_fd = -1;
  bool await_start = false;
  int start_fd = -1;  // as in CreateOptions
  // startContainer hooks, and what they are told; null: none
  const std::vector<Hook>* start_hooks = nullptr;
  const ContainerState* state = nullptr;
  bool reaper = false;
  bool new_keyring = true;
  const Confinement* confinement = nullptr;
};

// Default signal handling and mask, and no way for processes of the container to look into this one (it holds descriptors
// of the host until execve). The first thing that a container's process does.
void PrepareProcess();

// Executes the process, or sends Failed and exits with code 1.
[[noreturn]] void RunProcess(const RunOptions& options, Progress& progress);

// Sends Failed and exits with code 1.
[[noreturn]] void FailProcess(int sync_fd, const Progress& progress, const Error& error);

}  // namespace berth
