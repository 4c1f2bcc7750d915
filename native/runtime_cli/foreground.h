// Staying with a container's process.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

// Signals wait from here on for WaitInForeground. Called before the process starts, so that none is lost.
void HoldSignals();

// Passes signals on to `pid`, a child of ours, relays between our terminal and its `terminal` (where that is valid), reaps
// what else has become our child, and returns the process's exit code (128 + signal for a signal).
Result<int> WaitInForeground(pid_t pid, UniqueFd terminal);

}  // namespace berth
