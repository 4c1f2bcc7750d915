// Options of every command that makes a process: create, run and exec.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "oci/spec.h"
#include "runtime_cli/arguments.h"

namespace berth {

// Puts the pid into `--pid-file`, where it was asked for, by rename.
Status WritePidFile(const Arguments& arguments, pid_t pid);

// Descriptors from 3 on that the process gets with their numbers.
struct Preserved {
  int listening = 0;  // of socket activation (LISTEN_FDS), first
  int count = 0;      // these and those of `--preserve-fds`
};

// EBADF: one is not open. Called before this process opens anything itself, which would take such a number.
Result<Preserved> FindPreserved(const Arguments& arguments);

// What tells init of them (sd_listen_fds(3)).
void AddActivation(const Preserved& preserved, Process& process);

// A decimal number that is not negative. An error names `what`.
Result<int64_t> ParseCount(const std::string& what, const std::string& text, int64_t most);

}  // namespace berth
