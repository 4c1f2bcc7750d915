#include <doctest/doctest.h>
#include <time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "container_fixture.h"
#include "support/container.h"

namespace berth {
namespace {

constexpr int64_t kDay = 86400;

int64_t Uptime() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec;
}

// Days by which the uptime that was printed is ahead of ours.
int64_t DaysAhead(const std::string& printed) {
  long long seconds = 0;
  REQUIRE_MESSAGE(std::sscanf(printed.c_str(), "%lld", &seconds) == 1, printed);
  return (seconds - Uptime()) / kDay;
}

TEST_CASE("time namespace: init is born in it, and who joins the container sees its clocks, too") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.spec.namespaces.push_back({.type = NamespaceType::kTime, .path = ""});
  fixture.spec.time_offsets = {{"boottime", {.seconds = 500 * kDay, .nanoseconds = 5}}, {"monotonic", {.seconds = 7}}};
  fixture.Script("cat /proc/uptime; readlink /proc/self/ns/time; echo end; sleep 600");
  Running running = fixture.Start();
  REQUIRE_STARTED(running);
  const std::string seen = ContainerFixture::ReadUntil(running, "end\n");
  CHECK(DaysAhead(seen) == 500);
  Process process = fixture.spec.process;
  process.args = {"/bin/sh", "-c", "cat /proc/uptime; cat /proc/self/timens_offsets; readlink /proc/self/ns/time"};
  const Outcome joined = fixture.Exec(running, process);
  REQUIRE_STARTED(joined);
  CHECK(DaysAhead(joined.output) == 500);
  CHECK(joined.output.find("43200000         5") != std::string::npos);
  const std::string name = joined.output.substr(joined.output.find("time:["));
  CHECK(seen.find(name) != std::string::npos);

  // By path, as another container names it.
  ContainerFixture other;
  other.spec.namespaces.push_back(
      {.type = NamespaceType::kTime, .path = "/proc/" + std::to_string(running.pid) + "/ns/time"});
  other.Script("cat /proc/uptime; readlink /proc/self/ns/time");
  const Outcome shared = other.Run();
  REQUIRE_STARTED(shared);
  CHECK(DaysAhead(shared.output) == 500);
  CHECK(shared.output.find(name) != std::string::npos);
  ::kill(running.pid, SIGKILL);
  fixture.Finish(std::move(running));
}

TEST_CASE("time namespace: without one the clocks are the host's, and offsets that the kernel refuses are a failure") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  SUBCASE("none") {
    fixture.Script("cat /proc/uptime");
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(DaysAhead(outcome.output) == 0);
  }
  SUBCASE("a clock before the boot") {
    fixture.spec.namespaces.push_back({.type = NamespaceType::kTime, .path = ""});
    fixture.spec.time_offsets = {{"boottime", {.seconds = -5000 * kDay}}};
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "time namespace");
    CHECK(outcome.failed->errnum == ERANGE);
  }
  SUBCASE("a path to another kind") {
    fixture.spec.namespaces.push_back({.type = NamespaceType::kTime, .path = "/proc/self/ns/uts"});
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "time namespace");
    CHECK(outcome.failed->errnum == EINVAL);
  }
}

}  // namespace
}  // namespace berth
