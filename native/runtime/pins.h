// What a container keeps mounted in its run directory while it has no process: its namespaces at ns/{net,ipc,uts,user} and the
// tmpfs at shm.
#pragma once

#include "base/result.h"

namespace berth {

// Which of them are mounted, as a mask.
unsigned MountedPins(int run_fd);

// Detaches all of them but those in the mask `keep`. One that is not mounted is no error.
Status UnmountPins(int run_fd, unsigned keep);

}  // namespace berth
