// Freezing a container's processes.
#pragma once

#include "base/result.h"
#include "runtime_cli/state.h"

namespace berth {

// Of a container that runs. Where not all processes stop, none stays frozen.
Status PauseContainer(const StateDir& dir, const State& state);

// Of one that is paused.
Status ResumeContainer(const StateDir& dir, const State& state);

}  // namespace berth
