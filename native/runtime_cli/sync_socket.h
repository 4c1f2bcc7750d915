// What a container's process tells this one before it executes its program; runtime/sync.h.
#pragma once

#include <optional>

#include "base/result.h"
#include "runtime/sync.h"
#include "runtime_cli/arguments.h"

namespace berth {

// A record that is its type alone.
Status SendSync(int socket, SyncType type);

// The next record: nothing at the end of the connection.
Result<std::optional<SyncMessage>> ReceiveSync(int socket);

// The next one that is no warning; of those before it the caller is told.
Result<std::optional<SyncMessage>> ReceiveAndWarn(int socket, const Arguments& arguments);

// An error that was sent as Failed, with its step in front.
Error FailureOf(const SyncMessage& message);

}  // namespace berth
