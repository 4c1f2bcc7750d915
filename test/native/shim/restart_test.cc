#include "shim/restart.h"

#include <doctest/doctest.h>

namespace berth {

namespace {

Supervise With(RestartPolicy policy, int max = 0) {
  Supervise settings;
  settings.restart_policy = policy;
  settings.restart_max = max;
  return settings;
}

}  // namespace

TEST_CASE("each policy restarts what it is for") {
  const RunEnd good{.exit_code = 0};
  const RunEnd bad{.exit_code = 137};
  CHECK_FALSE(ShouldRestart(With(RestartPolicy::kNo), bad));
  CHECK_FALSE(ShouldRestart(With(RestartPolicy::kOnFailure), good));
  CHECK(ShouldRestart(With(RestartPolicy::kOnFailure), bad));
  for (const RestartPolicy policy : {RestartPolicy::kAlways, RestartPolicy::kUnlessStopped}) {
    CHECK(ShouldRestart(With(policy), good));
    CHECK(ShouldRestart(With(policy), bad));
  }
}

TEST_CASE("on-failure counts its restarts") {
  CHECK(ShouldRestart(With(RestartPolicy::kOnFailure, 2), {.exit_code = 1, .restart_count = 1}));
  CHECK_FALSE(ShouldRestart(With(RestartPolicy::kOnFailure, 2), {.exit_code = 1, .restart_count = 2}));
}

TEST_CASE("what was stopped by hand stays stopped") {
  for (const RestartPolicy policy :
       {RestartPolicy::kAlways, RestartPolicy::kUnlessStopped, RestartPolicy::kOnFailure}) {
    CHECK_FALSE(ShouldRestart(With(policy), {.exit_code = 1, .manually_stopped = true}));
  }
}

TEST_CASE("the pause doubles up to a minute and begins again after a good run") {
  Supervise settings;
  settings.restart_window_ms = 10'000;
  RestartBackoff backoff;
  for (const int64_t expected : {100, 200, 400, 800, 1600, 3200, 6400, 12'800, 25'600, 51'200, 60'000, 60'000}) {
    CHECK(backoff.NextDelayMs(settings, 5) == expected);
  }
  CHECK(backoff.NextDelayMs(settings, 10'000) == 100);
  CHECK(backoff.NextDelayMs(settings, 0) == 200);
  backoff.Reset();
  CHECK(backoff.NextDelayMs(settings, 0) == 100);
}

TEST_CASE("a fixed pause of the settings takes its place") {
  Supervise settings;
  settings.restart_delay_ms = 5000;
  RestartBackoff backoff;
  CHECK(backoff.NextDelayMs(settings, 0) == 5000);
  CHECK(backoff.NextDelayMs(settings, 0) == 5000);
}

}  // namespace berth
