#pragma once

#include <string>

#include "base/result.h"
#include "runtime_cli/arguments.h"

namespace berth {

// What a caller is told where `exec` itself fails, so that no exit code of the process is taken for it.
inline constexpr int kExecFailed = 255;

// Runs a process in a container that runs (or was created and not yet started): the one of `--process`, or the operands
// after the id as the container's own with what the options change. Detached: returns once it executes its program.
// Else passes signals on to it, relays its terminal and returns its exit code.
Result<int> ExecInContainerOf(const Arguments& arguments, const std::string& root, const std::string& id);

}  // namespace berth
