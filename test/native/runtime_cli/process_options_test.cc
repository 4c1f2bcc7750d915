#include "runtime_cli/process_options.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime_cli/remove.h"

namespace berth {
namespace {

TEST_CASE("preserved descriptors: those of activation and those that were asked for, all of them open") {
  // Numbers 3 and 4 may be the test program's own.
  while (::dup(STDIN_FILENO) < 6) {
  }
  Arguments arguments;
  arguments.options["preserve-fds"] = {"2"};
  ::setenv("LISTEN_FDS", "1", 1);
  const auto preserved = FindPreserved(arguments);
  REQUIRE(preserved);
  CHECK(preserved->listening == 1);
  CHECK(preserved->count == 3);
  Process process;
  AddActivation(*preserved, process);
  CHECK(process.env == std::vector<std::string>{"LISTEN_FDS=1", "LISTEN_PID=1"});
  arguments.options["preserve-fds"] = {"1000"};
  CHECK(FindPreserved(arguments).error().errnum == EBADF);
  for (const char* const wrong : {"-1", "x", "", "1025"}) {
    arguments.options["preserve-fds"] = {wrong};
    CHECK(FindPreserved(arguments).error().what.starts_with("--preserve-fds "));
  }
  ::setenv("LISTEN_FDS", "many", 1);
  CHECK(FindPreserved({}).error().what.starts_with("LISTEN_FDS many"));
  ::unsetenv("LISTEN_FDS");
  Process other;
  AddActivation(*FindPreserved({}), other);
  CHECK(other.env.empty());
}

TEST_CASE("signals: numbers and names") {
  CHECK(ParseSignal("9") == 9);
  CHECK(ParseSignal("64") == 64);
  CHECK(ParseSignal("KILL") == 9);
  CHECK(ParseSignal("SIGTERM") == 15);
  CHECK(ParseSignal("sigterm") == 15);
  CHECK(ParseSignal("usr1") == 10);
  for (const char* const wrong : {"0", "65", "-1", "", "SIG", "NOTHING", "9x"}) {
    CHECK_MESSAGE(!ParseSignal(wrong), wrong);
  }
}

}  // namespace
}  // namespace berth
