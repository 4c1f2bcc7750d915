#include "shim/status.h"

#include <doctest/doctest.h>

#include "base/clock.h"

namespace berth {

TEST_CASE("the text has a line for each key, and escapes what others said") {
  ContainerStatus status;
  status.boot_id = "boot";
  status.status = RunStatus::kExited;
  status.exit_code = 137;
  status.signal = 9;
  status.oom_killed = true;
  status.health_output = "two\nlines\\";
  const std::string text = StatusText(status);
  for (const char* line :
       {"version=1\n", "\nboot_id=boot\n", "\nstatus=exited\n", "\npid=0\n", "\nexit_code=137\n", "\nsignal=9\n",
        "\noom_killed=1\n", "\nhealth=none\n", "\nstarted_at=\n", "\nhealth_output=two\\nlines\\\\\n"}) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
}

TEST_CASE("an exit that has not come is an empty value") {
  const std::string text = StatusText({});
  CHECK(text.find("\nexit_code=\n") != std::string::npos);
  CHECK(text.find("\nsignal=\n") != std::string::npos);
}

TEST_CASE("a running init is found, and others are told why not") {
  ContainerStatus status;
  status.status = RunStatus::kRunning;
  status.pid = 12;
  status.pid_start = 3456789012345;
  const auto init = FindRunningInit(StatusText(status));
  REQUIRE(init);
  CHECK(init->pid == 12);
  CHECK(init->start_time == 3456789012345);
  status.status = RunStatus::kPaused;
  CHECK(FindRunningInit(StatusText(status)).error().errnum == EBUSY);
  status.status = RunStatus::kExited;
  CHECK(FindRunningInit(StatusText(status)).error().errnum == ESRCH);
  CHECK(FindRunningInit("").error().errnum == ESRCH);
}

TEST_CASE("times are RFC 3339 in UTC with nanoseconds") {
  CHECK(FormatTime({0, 0}) == "1970-01-01T00:00:00.000000000Z");
  CHECK(FormatTime({951'782'400, 1}) == "2000-02-29T00:00:00.000000001Z");
  CHECK(FormatTime({4'102'444'799, 999'999'999}) == "2099-12-31T23:59:59.999999999Z");
}

}  // namespace berth
