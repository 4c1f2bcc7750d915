#pragma once

#include "base/result.h"
#include "runtime_cli/arguments.h"
#include "runtime_cli/state.h"

namespace berth {

// Prints events of a container that runs, a JSON object on each line: its figures (stats.h) every `--interval`, and each
// out-of-memory kill as it happens, until the container has ended. `--stats`: the figures once.
Status PrintEvents(const Arguments& arguments, const StateDir& dir, const State& state);

}  // namespace berth
