// Limits and privileges of the process that is about to be executed.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "oci/spec.h"
#include "runtime/report.h"

namespace berth {

// Writes oom_score_adj through the caller's own /proc. A refusal (lowering it needs CAP_SYS_RESOURCE) is a warning.
Status SetOomScore(const Process& process, Progress& progress);

// A new session keyring, named "_ses.<id>" as by runc; without a name where somebody else offers one of that name. None where
// the kernel has no keyrings or a filter keeps them from us.
Status NewKeyring(const std::string& id);

// Raises hard limits to what the process is to have, which takes the privileges of the host; SetRlimits does the rest.
Status RaiseHardLimits(const Process& process, Progress& progress);

// A hard limit that we may not raise (that needs CAP_SYS_RESOURCE) stays as it is, with a warning.
Status SetRlimits(const Process& process, Progress& progress);

// Bounding set, groups, user, capability sets, ambient set, no_new_privs, umask: in that order. Without `capabilities` in
// the process none are left, but for `kept` (a bit mask): permitted though not effective, they last until execve, which
// makes the permitted set anew from the others. Capabilities that the caller does not have itself are a warning each.
Status DropPrivileges(const Process& process, uint64_t kept, Progress& progress);

// The process's capability sets, as far as the caller may give them, with `more` effective and permitted.
Status SetCapabilities(const Process& process, uint64_t more);

}  // namespace berth
