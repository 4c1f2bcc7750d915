// Starting berth-shim. The kernel's vfork-like spawn takes about a millisecond whatever Node holds; a fork would copy its
// page tables.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace berth::addon {

struct ShimCommand {
  std::string path;          // absolute
  const char* command = "";  // run or exec
  std::string container;     // for who reads `ps`
  std::vector<int> fds;      // become 3, 4, … (shim/protocol.h)
};

// The shim begins in a session of its own, with an empty environment, default signals, none blocked, /dev/null as its
// standard streams. It becomes a child of this process, which ReapShims waits for.
Result<pid_t> SpawnShim(const ShimCommand& command);

// Waits for one that was spawned and failed; says how it ended.
std::string AwaitShim(pid_t pid);

// Reaps the shims of this process that have ended, without waiting. Called before each start and removal, so that a long
// command keeps no zombies.
void ReapShims();

}  // namespace berth::addon
