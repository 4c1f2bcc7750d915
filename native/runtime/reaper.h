// The process at pid 1 of a container with `init: true`.
#pragma once

#include "base/result.h"

namespace berth {

// Forks. Returns in the child, which goes on to execute the container's command. The parent stays: it forwards signals to
// the child, reaps whatever is reparented to it, and exits with the child's code (128 + signal for a signal). It is our own
// image, so nothing of the host is executed in the container, and holds no descriptor beyond stdio.
Status ForkUnderReaper();

}  // namespace berth
