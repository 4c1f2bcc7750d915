#pragma once

#include "oci/spec.h"

namespace berth {

// Takes capabilities that this runtime does not have itself from a process that it is to run in its own user namespace, and
// adds a warning for each: config.md has a runtime go on without what can't be granted.
void KeepGrantable(const RuntimeSpec& spec, Process& process);

}  // namespace berth
