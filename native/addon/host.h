// The host's cgroup hierarchies, looked up once in the life of the process.
#pragma once

#include "base/result.h"
#include "runtime/cgroup/cgroup.h"

namespace berth::addon {

// From any thread.
const Result<CgroupHost>& Host();

}  // namespace berth::addon
