#pragma once

#include <string>

#include "base/result.h"
#include "runtime_cli/arguments.h"

namespace berth {

// Creates and starts a container. Unless detached: passes signals on to it, relays its terminal, waits for it, removes it
// (but for `--keep`), and returns its exit code (128 + signal for a signal).
Result<int> RunContainer(const Arguments& arguments, const std::string& root, const std::string& id);

}  // namespace berth
