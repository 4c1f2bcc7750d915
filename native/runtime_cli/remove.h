// Ending containers.
#pragma once

#include <string>

#include "base/result.h"
#include "runtime_cli/arguments.h"
#include "runtime_cli/state.h"

namespace berth {

// A signal by number ("15") or name ("TERM", "SIGTERM", "term"). An error has errnum 0.
Result<int> ParseSignal(const std::string& text);

// Sends it to init, or with `all` to every process of the container's cgroup. ESRCH: init has ended.
Status SignalContainer(const State& state, int signal, bool all);

// Kills all of its processes and waits until they are gone. Without a cgroup it is init that takes the rest along.
Status KillContainer(const State& state);

// Kills what is left, removes cgroup and state directory, and runs the poststop hooks.
Status RemoveContainer(const Arguments& arguments, const std::string& root, const StateDir& dir, const State& state);

}  // namespace berth
