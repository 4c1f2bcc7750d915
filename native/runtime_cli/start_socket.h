// The socket between `create`'s init and `start`; see create.h.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "runtime_cli/state.h"

namespace berth {

Result<UniqueFd> ListenForStart(const StateDir& dir);
Result<UniqueFd> ConnectToInit(const StateDir& dir);

// A stream connected to the socket at `path`, for the master of a terminal (`--console-socket`).
Result<UniqueFd> ConnectToConsole(const std::string& path);

}  // namespace berth
