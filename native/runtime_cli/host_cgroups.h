#pragma once

#include "base/result.h"
#include "runtime/cgroup/cgroup.h"

namespace berth {

// The host's hierarchies, looked up once: a command has ended before somebody mounts another one.
Result<CgroupHost> HostCgroups();

}  // namespace berth
