// Another container's init, for who joins its namespaces.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/result.h"

namespace berth {

struct PeerInit {
  pid_t pid = -1;
  uint64_t start_time = 0;
};

// Reads `../<id>/status` beside `run_fd` (docs/architecture.md). ESRCH: that container has no init now, or the status is
// from before the last boot. The pid is a claim: the caller checks it against the start time.
Result<PeerInit> FindPeerInit(int run_fd, const std::string& id);

}  // namespace berth
