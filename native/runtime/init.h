#pragma once

#include "runtime/cgroup/cgroup.h"
#include "runtime/confinement.h"
#include "runtime/container.h"

namespace berth {

// What init does from its first instruction to execve; see container.h. `in_unified` says that it was born in its cgroup
// of the unified tree.
[[noreturn]] void InitMain(const CreateOptions& options, const CgroupHost& cgroups, Confinement& confinement,
                           bool in_unified);

}  // namespace berth
