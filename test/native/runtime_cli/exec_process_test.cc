#include "runtime_cli/exec_process.h"

#include <doctest/doctest.h>
#include <linux/capability.h>

namespace berth {
namespace {

constexpr const char* kConfig =
    R"({"ociVersion": "1.0.2", "process": {"args": ["init"], "cwd": "/srv", "terminal": true,
  "user": {"uid": 5, "gid": 6, "additionalGids": [7]}, "env": ["A=1"],
  "capabilities": {"bounding": ["CAP_KILL"], "effective": ["CAP_KILL"], "permitted": ["CAP_KILL"]}}})";

Result<Process> Made(std::vector<std::string> words) {
  words.insert(words.begin(), "exec");
  Arguments arguments;
  REQUIRE(ParseArguments(words, arguments));
  return ProcessOfExec(arguments, kConfig);
}

TEST_CASE("exec: the process is the container's with another command and no terminal") {
  const auto process = Made({"c", "ls", "-l"});
  REQUIRE(process);
  CHECK(process->args == std::vector<std::string>{"ls", "-l"});
  CHECK(process->cwd == "/srv");
  CHECK_FALSE(process->terminal);
  CHECK(process->user.uid == 5);
  CHECK(process->user.gid == 6);
  CHECK(process->env == std::vector<std::string>{"A=1"});
  CHECK_FALSE(process->no_new_privileges);
}

TEST_CASE("exec: options change it") {
  const auto process = Made({"-t", "-u", "8:9", "-g", "10", "--cwd", "/x", "-e", "B=2", "-e", "C=", "--cap",
                             "CAP_CHOWN", "--no-new-privs", "c", "ls"});
  REQUIRE(process);
  CHECK(process->terminal);
  CHECK(process->user.uid == 8);
  CHECK(process->user.gid == 9);
  CHECK(process->user.additional_gids == std::vector<gid_t>{7, 10});
  CHECK(process->cwd == "/x");
  CHECK(process->env == std::vector<std::string>{"A=1", "B=2", "C="});
  CHECK(process->no_new_privileges);
  constexpr uint64_t kSet = uint64_t{1} << CAP_KILL | uint64_t{1} << CAP_CHOWN;
  REQUIRE(process->capabilities);
  CHECK(process->capabilities->bounding == kSet);
  CHECK(process->capabilities->effective == kSet);
  CHECK(process->capabilities->permitted == kSet);
  CHECK(process->capabilities->inheritable == 0);
  CHECK(process->capabilities->ambient == 0);
  CHECK(Made({"-u", "8", "c", "ls"})->user.gid == 6);
}

TEST_CASE("exec: problems name the option") {
  const auto problem = [](std::vector<std::string> words) { return Made(std::move(words)).error().what; };
  CHECK(problem({"c"}) == "exec: expected --process or a command");
  CHECK(problem({"--process", "/f", "c", "ls"}) == "--process: a command is given, too");
  CHECK(problem({"--process", "/f", "--cwd", "/", "c"}) == "--cwd: --process says it all");
  CHECK(problem({"-u", "root", "c", "ls"}).starts_with("--user root: expected a number"));
  CHECK(problem({"-u", "1:", "c", "ls"}).starts_with("--user : expected a number"));
  CHECK(problem({"-u", "4294967295", "c", "ls"}).starts_with("--user 4294967295: expected a number"));
  CHECK(problem({"-g", "-1", "c", "ls"}).starts_with("--additional-gids -1: expected a number"));
  CHECK(problem({"--process", "/nonexistent/f", "c"}) == "--process /nonexistent/f");
}

TEST_CASE("exec: a capability that nobody knows is warned of, as in a file") {
  const auto process = Made({"--cap", "CAP_NOTHING", "c", "ls"});
  REQUIRE(process);
  REQUIRE(process->warnings.size() == 3);  // bounding, effective, permitted
  CHECK(process->warnings.front().find("CAP_NOTHING") != std::string::npos);
}

}  // namespace
}  // namespace berth
