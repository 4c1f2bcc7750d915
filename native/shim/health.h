// The health of a container as its probes tell it: a state machine without clock or process.
#pragma once

#include <cstdint>
#include <optional>

#include "oci/supervise.h"

namespace berth {

enum class HealthState { kNone, kStarting, kHealthy, kUnhealthy };

// What the status file calls it.
const char* HealthName(HealthState state);

class Health {
 public:
  // A run began; `check` absent: none. Times are CLOCK_MONOTONIC.
  void Begin(const std::optional<HealthCheck>& check, int64_t now_ms);
  // How and when the same test is made was changed while the container runs: what was learnt stays.
  void Change(const std::optional<HealthCheck>& check, int64_t now_ms);
  void End() { *this = Health(); }

  // A probe ended. Failures in the start period do not count; the first success ends it.
  void Record(bool success, int64_t now_ms);

  // The pause before the next probe: the start interval while in the start period.
  [[nodiscard]] int64_t DelayMs(int64_t now_ms) const;

  [[nodiscard]] bool enabled() const { return state_ != HealthState::kNone; }
  [[nodiscard]] HealthState state() const { return state_; }
  // Consecutive failures that count.
  [[nodiscard]] int streak() const { return streak_; }

 private:
  [[nodiscard]] bool InStartPeriod(int64_t now_ms) const { return !start_ended_ && now_ms < start_end_ms_; }

  HealthState state_ = HealthState::kNone;
  int streak_ = 0;
  int retries_ = 1;
  bool start_ended_ = false;
  int64_t start_end_ms_ = 0;
  int64_t interval_ms_ = 0;
  int64_t start_interval_ms_ = 0;
};

}  // namespace berth
