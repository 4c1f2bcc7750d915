#include "shim/health.h"

#include <algorithm>

namespace berth {

const char* HealthName(HealthState state) {
  switch (state) {
    case HealthState::kNone:
      return "none";
    case HealthState::kStarting:
      return "starting";
    case HealthState::kHealthy:
      return "healthy";
    case HealthState::kUnhealthy:
      return "unhealthy";
  }
  return "none";
}

void Health::Begin(const std::optional<HealthCheck>& check, int64_t now_ms) {
  End();
  Change(check, now_ms);
}

void Health::Change(const std::optional<HealthCheck>& check, int64_t now_ms) {
  if (!check) {
    End();
    return;
  }
  if (!enabled()) {
    state_ = HealthState::kStarting;
    start_end_ms_ = now_ms + check->start_period_ms;
  }
  retries_ = std::max(check->retries, 1);
  interval_ms_ = check->interval_ms;
  start_interval_ms_ = check->start_interval_ms;
}

void Health::Record(bool success, int64_t now_ms) {
  if (success) {
    state_ = HealthState::kHealthy;
    streak_ = 0;
    start_ended_ = true;
    return;
  }
  if (InStartPeriod(now_ms)) {
    return;
  }
  ++streak_;
  if (streak_ >= retries_) {
    state_ = HealthState::kUnhealthy;
  }
}

int64_t Health::DelayMs(int64_t now_ms) const { return InStartPeriod(now_ms) ? start_interval_ms_ : interval_ms_; }

}  // namespace berth
