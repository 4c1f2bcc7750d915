// When a container that ended is started again.
#pragma once

#include <cstdint>

#include "oci/supervise.h"

namespace berth {

// What is known when a run has ended.
struct RunEnd {
  int exit_code = 0;              // 128 + signal for a signal
  int restart_count = 0;          // restarts by policy so far
  bool manually_stopped = false;  // by `stop` or `kill`: no policy starts it again
};

bool ShouldRestart(const Supervise& settings, const RunEnd& end);

// The pause before the next try: 100 ms that double up to a minute, from the start again after a good run. A fixed
// delay of the settings takes its place.
class RestartBackoff {
 public:
  int64_t NextDelayMs(const Supervise& settings, int64_t ran_ms);
  void Reset() { delay_ms_ = 0; }

 private:
  int64_t delay_ms_ = 0;
};

}  // namespace berth
