#pragma once

#include <string>

#include "base/result.h"
#include "runtime_cli/arguments.h"
#include "runtime_cli/state.h"

namespace berth {

// The processes of a container by the pids that the host knows: a table, or a JSON array of pids (`--format json`). Ends
// in a newline.
Result<std::string> ListProcesses(const Arguments& arguments, const State& state);

}  // namespace berth
