#include "shim/health.h"

#include <doctest/doctest.h>

namespace berth {

namespace {

HealthCheck Check() {
  HealthCheck check;
  check.test = {"true"};
  check.interval_ms = 30'000;
  check.start_interval_ms = 500;
  check.retries = 3;
  return check;
}

}  // namespace

TEST_CASE("without a check there is no health") {
  Health health;
  health.Begin(std::nullopt, 0);
  CHECK(health.state() == HealthState::kNone);
  CHECK_FALSE(health.enabled());
}

TEST_CASE("unhealthy after as many failures in a row as it has retries, healthy after one success") {
  Health health;
  health.Begin(Check(), 0);
  CHECK(health.state() == HealthState::kStarting);
  health.Record(false, 1);
  health.Record(false, 2);
  CHECK(health.state() == HealthState::kStarting);
  health.Record(true, 3);
  CHECK(health.state() == HealthState::kHealthy);
  CHECK(health.streak() == 0);
  for (int i = 1; i <= 2; ++i) {
    health.Record(false, 3 + i);
    CHECK(health.state() == HealthState::kHealthy);
  }
  health.Record(false, 6);
  CHECK(health.state() == HealthState::kUnhealthy);
  CHECK(health.streak() == 3);
  health.Record(true, 7);
  CHECK(health.state() == HealthState::kHealthy);
}

TEST_CASE("in the start period failures don't count, and probes come at the start interval") {
  HealthCheck check = Check();
  check.start_period_ms = 10'000;
  check.retries = 1;
  Health health;
  health.Begin(check, 1000);
  CHECK(health.DelayMs(1000) == 500);
  health.Record(false, 10'999);
  CHECK(health.state() == HealthState::kStarting);
  CHECK(health.DelayMs(11'000) == 30'000);
  health.Record(false, 11'000);
  CHECK(health.state() == HealthState::kUnhealthy);
}

TEST_CASE("a success ends the start period") {
  HealthCheck check = Check();
  check.start_period_ms = 10'000;
  check.retries = 1;
  Health health;
  health.Begin(check, 0);
  health.Record(true, 100);
  CHECK(health.DelayMs(200) == 30'000);
  health.Record(false, 200);
  CHECK(health.state() == HealthState::kUnhealthy);
}

TEST_CASE("a changed check keeps what was learnt; a removed one forgets") {
  Health health;
  health.Begin(Check(), 0);
  health.Record(true, 1);
  HealthCheck check = Check();
  check.interval_ms = 7;
  health.Change(check, 2);
  CHECK(health.state() == HealthState::kHealthy);
  CHECK(health.DelayMs(2) == 7);
  health.Change(std::nullopt, 3);
  CHECK(health.state() == HealthState::kNone);
  health.Change(Check(), 4);
  CHECK(health.state() == HealthState::kStarting);
}

}  // namespace berth
