// The zygote of this process: a berth-shim that forks a shim for each container that is started (shim/protocol.h).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace berth::addon {

// Has a shim forked with these descriptors, in the order of protocol.h. The zygote is made where there is none.
Status RequestShim(const std::string& shim_path, const std::string& container, const std::vector<int>& fds);

// Ends the zygote, which is in the cgroup of the last stack's shims, and waits until it has gone.
void EndZygote();

}  // namespace berth::addon
