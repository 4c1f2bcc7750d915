// Processes by pid, told from a later process with the same pid by their start time.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/result.h"

namespace berth {

// Field 22 of /proc/<pid>/stat: clock ticks since boot. ESRCH where there is no such process; a zombie has one.
Result<uint64_t> ProcessStartTime(pid_t pid);

// True where a process with that pid and start time lives; a zombie does not.
bool ProcessAlive(pid_t pid, uint64_t start_time);

}  // namespace berth
