// The shim of one container, forked by the zygote. Descriptors 3 to 6 are those of protocol.h.
#pragma once

#include "runtime/cgroup/cgroup.h"

namespace berth {

// Returns the exit code of the shim: 0 when the container was run, 1 when it could not be started. `cgroups` is this
// host's; the process is in the cgroup of its stack's shims.
int RunContainer(const CgroupHost& cgroups);

}  // namespace berth
