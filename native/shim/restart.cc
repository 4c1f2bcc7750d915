#include "shim/restart.h"

#include <algorithm>

namespace berth {

namespace {

constexpr int64_t kFirstDelayMs = 100;
constexpr int64_t kLongestDelayMs = 60'000;

}  // namespace

bool ShouldRestart(const Supervise& settings, const RunEnd& end) {
  if (end.manually_stopped) {
    return false;
  }
  switch (settings.restart_policy) {
    case RestartPolicy::kNo:
      return false;
    case RestartPolicy::kAlways:
    case RestartPolicy::kUnlessStopped:
      return true;
    case RestartPolicy::kOnFailure:
      return end.exit_code != 0 && (settings.restart_max == 0 || end.restart_count < settings.restart_max);
  }
  return false;
}

int64_t RestartBackoff::NextDelayMs(const Supervise& settings, int64_t ran_ms) {
  if (settings.restart_delay_ms > 0) {
    return settings.restart_delay_ms;
  }
  const bool good = ran_ms >= settings.restart_window_ms;
  delay_ms_ = good || delay_ms_ == 0 ? kFirstDelayMs : std::min(delay_ms_ * 2, kLongestDelayMs);
  return delay_ms_;
}

}  // namespace berth
