// The hooks that run in the runtime's own namespaces (config.md, "POSIX-platform Hooks").
#pragma once

#include <vector>

#include "oci/hooks.h"
#include "runtime_cli/arguments.h"
#include "runtime_cli/bundle.h"
#include "runtime_cli/state.h"

namespace berth {

// prestart, then createRuntime, in the bundle. The first that fails is the error.
Status RunCreateHooks(const Bundle& bundle, const State& state);

// Whatever fails of these is logged, and the rest runs: the container has started, or is gone.
void RunPoststartHooks(const Arguments& arguments, const State& state, const Hooks& hooks);
void RunPoststopHooks(const Arguments& arguments, const State& state, const Hooks& hooks);

// The hooks of a container as `create` read them; none where its configuration is gone.
Result<Hooks> ReadHooks(const StateDir& dir, const State& state);

}  // namespace berth
