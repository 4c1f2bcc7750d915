// Limits and privileges of the process that is about to be executed.
#pragma once

#include "base/result.h"
#include "oci/spec.h"
#include "runtime/report.h"

namespace berth {

// Writes oom_score_adj through the caller's own /proc. A refusal (lowering it needs CAP_SYS_RESOURCE) is passed over.
Status SetOomScore(const Process& process);

// A session keyring of its own, where the kernel has keyrings and a filter lets us.
Status NewKeyring();

Status SetRlimits(const Process& process, Progress& progress);

// Bounding set, groups, user, capability sets, ambient set, no_new_privs, umask: in that order. Without `capabilities` in
// the process none are left.
Status DropPrivileges(const Process& process, Progress& progress);

}  // namespace berth
