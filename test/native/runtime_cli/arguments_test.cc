#include "runtime_cli/arguments.h"

#include <doctest/doctest.h>

namespace berth {
namespace {

using Words = std::vector<std::string>;

Arguments Parsed(const Words& words) {
  Arguments arguments;
  const auto status = ParseArguments(words, arguments);
  REQUIRE_MESSAGE(status, status.error().what);
  return arguments;
}

std::string Problem(const Words& words) {
  Arguments arguments;
  const auto status = ParseArguments(words, arguments);
  REQUIRE_FALSE(status);
  CHECK(status.error().errnum == 0);
  return status.error().what;
}

TEST_CASE("arguments: global options stand before the command, its own beside its operands") {
  const Arguments arguments =
      Parsed({"--root", "/r", "--log=/l", "--log-format", "json", "--debug", "kill", "--all", "c", "9"});
  CHECK(arguments.command == "kill");
  CHECK(arguments.Get("root") == "/r");
  CHECK(arguments.Get("log") == "/l");
  CHECK(arguments.Get("log-format") == "json");
  CHECK(arguments.Has("debug"));
  CHECK(arguments.Has("all"));
  CHECK(arguments.operands == Words{"c", "9"});
  CHECK(Parsed({"delete", "c", "-f"}).Has("force"));
  CHECK(Problem({"kill", "--debug", "c"}) == "--debug: unknown option");
}

TEST_CASE("arguments: a command of the container begins at the first operand, and is left alone") {
  const Arguments arguments = Parsed({"exec", "-e", "A=1", "--env=B=2", "-d", "c", "ls", "-d", "--", "--env"});
  CHECK(arguments.All("env") == Words{"A=1", "B=2"});
  CHECK(arguments.Has("detach"));
  CHECK(arguments.operands == Words{"c", "ls", "-d", "--", "--env"});
  CHECK(Parsed({"exec", "--", "c", "-x"}).operands == Words{"c", "-x"});
}

TEST_CASE("arguments: the last value counts") {
  CHECK(Parsed({"create", "-b", "/a", "--bundle", "/b", "c"}).Get("bundle") == "/b");
}

TEST_CASE("arguments: a value may begin with a dash") {
  CHECK(Parsed({"update", "--memory-swap", "-1", "c"}).Get("memory-swap") == "-1");
}

TEST_CASE("arguments: what is not honoured is refused by name") {
  CHECK(Problem({"--systemd-cgroup", "list"}).starts_with("--systemd-cgroup: refused: "));
  CHECK(Problem({"--cgroup-manager", "systemd", "list"}) == "--cgroup-manager systemd: expected cgroupfs|disabled");
  CHECK(Problem({"create", "--no-pivot", "c"}).starts_with("--no-pivot: refused: "));
  CHECK(Problem({"update", "--kernel-memory", "1", "c"}).starts_with("--kernel-memory: refused: "));
  CHECK(Problem({"update", "--l3-cache-schema", "x", "c"}).starts_with("--l3-cache-schema: refused: "));
  CHECK(Problem({"checkpoint", "c"}) == "checkpoint: unknown command");
  CHECK(Problem({"restore", "c"}) == "restore: unknown command");
}

TEST_CASE("arguments: problems name the option or the command") {
  CHECK(Problem({}) == "command is missing");
  CHECK(Problem({"--root"}) == "--root: value is missing");
  CHECK(Problem({"--debug=1", "list"}) == "--debug: takes no value");
  CHECK(Problem({"--log-format", "xml", "list"}) == "--log-format xml: expected text|json");
  CHECK(Problem({"list", "--format", "x"}) == "--format x: expected table|json");
  CHECK(Problem({"start"}) == "start: expected ID");
  CHECK(Problem({"list", "c"}) == "list: expected no arguments");
}

TEST_CASE("arguments: what was read before a problem is there, so that it can be logged") {
  Arguments arguments;
  CHECK_FALSE(ParseArguments({"--log", "/l", "--nothing"}, arguments));
  CHECK(arguments.Get("log") == "/l");
}

TEST_CASE("arguments: usage tells every command, and no option that is refused") {
  const std::string text = UsageText();
  CHECK(text.find("  exec [--process FILE]") != std::string::npos);
  CHECK(text.find("  list [--format table|json] [--quiet]\n") != std::string::npos);
  CHECK(text.find("no-pivot") == std::string::npos);
}

}  // namespace
}  // namespace berth
