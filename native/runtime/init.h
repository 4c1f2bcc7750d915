#pragma once

#include "runtime/cgroup/cgroup.h"
#include "runtime/confinement.h"
#include "runtime/container.h"
#include "runtime/host_mounts.h"

namespace berth {

// What the starter has made ready for init.
struct InitInput {
  const CgroupHost& cgroups;
  Confinement& confinement;
  const HostMounts& lent;
  bool in_unified;  // it was born in its cgroup of the unified tree
  bool in_user_namespace;
};

RootfsOptions RootfsOptionsOf(const CreateOptions& options);

// What init does from its first instruction to execve; see container.h.
[[noreturn]] void InitMain(const CreateOptions& options, const InitInput& input);

}  // namespace berth
