// The process at pid 1 of a container with `init: true`.
#pragma once

#include <functional>

#include "base/result.h"

namespace berth {

// Forks. Returns in the child, which goes on to execute the container's command. The parent stays: it forwards signals to
// the child, reaps whatever is reparented to it, and exits with the child's code (128 + signal for a signal). It is our own
// image, so nothing of the host is executed in the container, and holds no descriptor beyond stdio. `confine` is called
// in the parent once the child is there; where it fails the child is killed and the parent returns the error.
Status ForkUnderReaper(const std::function<Status()>& confine);

}  // namespace berth
