#pragma once

#include "base/result.h"
#include "oci/spec.h"
#include "runtime/container.h"
#include "runtime/report.h"
#include "runtime/user_namespace.h"

namespace berth {

// What the caller must do for a process, or have done when it is cloned, while it has the privileges of the host: score, hard
// limits, owner of stdio. EINVAL: the process's user or group is not in the user namespace.
Status LeaveHost(const Process& process, const Stdio& stdio, const UserNamespace& user, Progress& progress);

}  // namespace berth
