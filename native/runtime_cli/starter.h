// The short-lived process that init is made from: its namespaces change, and ours do not.
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/result.h"
#include "runtime/container.h"

namespace berth {

// Runs CreateInit in a child of ours, to its end; init becomes a child of ours, too. The child runs in our own memory while
// we wait, as vfork(2) has it, so that nothing is copied; but for a user namespace, which the kernel makes only for a process
// with memory of its own. Returns init's pid; nothing where it failed, which the child has sent as Failed.
Result<std::optional<pid_t>> RunStarter(const CreateOptions& options);

}  // namespace berth
