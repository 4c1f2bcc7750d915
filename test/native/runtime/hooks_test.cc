#include "runtime/hooks.h"

#include <doctest/doctest.h>

#include <string>

#include "container_fixture.h"
#include "support/container.h"

namespace berth {
namespace {

Hook Shell(const std::string& script) {
  return {.path = "/bin/sh", .args = {"sh", "-c", script}, .env = {}, .timeout_seconds = {}};
}

std::string FailureOf(const std::vector<Hook>& hooks) {
  ContainerState state;
  state.status = "creating";
  const auto ended = RunHooks(hooks, state, -1);
  return ended ? "" : ended.error().what;
}

TEST_CASE("hooks: the last line of what was printed, safe for a terminal") {
  CHECK(LastLine("") == "");
  CHECK(LastLine("\n \n") == "");
  CHECK(LastLine("one\ntwo\n\n") == "two");
  CHECK(LastLine("a\x1b[2Jb\tc\xff") == "a?[2Jb?c?");
  CHECK(LastLine(std::string(5000, 'x')) == std::string(200, 'x'));
}

TEST_CASE("hooks: how they end") {
  CHECK(FailureOf({}) == "");
  CHECK(FailureOf({Shell("exit 0"), Shell("exit 0")}) == "");
  CHECK(FailureOf({Shell("exit 0"), Shell("echo why; exit 9"), Shell("exit 1")}) == "/bin/sh: exited with code 9: why");
  CHECK(FailureOf({Shell("kill -TERM $$")}) == "/bin/sh: ended by signal 15");
  CHECK(FailureOf({Shell("exec >/dev/null 2>&1; exit 1")}) == "/bin/sh: exited with code 1");
  CHECK(FailureOf({Shell("/bin/grep -q '\"status\":\"creating\"'")}) == "");
  Hook endless = Shell("while :; do :; done");
  endless.timeout_seconds = 1;
  CHECK(FailureOf({endless}) == "/bin/sh: did not end within 1 s");
}

TEST_CASE("hooks: a container whose hooks nobody would run is refused") {
  NEED_CONTAINERS();
  ContainerFixture container;
  container.spec.hooks.poststop = {Shell("exit 0")};
  const Outcome outcome = container.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->step) == "hooks");
  CHECK(std::string(outcome.failed->what) == "/hooks: are run for an engine's containers only");
}

}  // namespace
}  // namespace berth
