#pragma once

#include "base/result.h"
#include "oci/json_value.h"
#include "runtime_cli/arguments.h"
#include "runtime_cli/state.h"

namespace berth {

// The specification's `linux.resources` with what the options of `update` ask for, or what `--resources` holds ("-":
// standard input). What is 0 or empty there says "as it is", as engines send it.
Result<JsonValue> ReadUpdate(const Arguments& arguments);

// Changes the limits of a container that has not stopped, and its copy of config.json. Rules of devices replace those
// that were there; the ones that every container has stay. Where the host refuses a limit, the old ones are in force.
Status UpdateContainer(const Arguments& arguments, const StateDir& dir, const State& state, const JsonValue& update);

}  // namespace berth
