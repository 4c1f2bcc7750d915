#include <doctest/doctest.h>

#include <string>

#include "oci/container_state.h"
#include "oci/spec.h"

namespace berth {
namespace {

Result<RuntimeSpec> ParseWith(const std::string& hooks) {
  return ParseRuntimeSpec(R"({"ociVersion": "1.1.0", "root": {"path": "rootfs"},
    "process": {"args": ["true"], "cwd": "/"}, "hooks": )" +
                          hooks + R"(, "linux": {"namespaces": [{"type": "mount"}], "cgroupsPath": "/berth/a"}})");
}

TEST_CASE("spec: hooks of every kind are read in their order") {
  const auto spec = ParseWith(R"({
    "prestart": [{"path": "/a", "args": ["a", "b"], "env": ["A=1"], "timeout": 3}, {"path": "/b"}],
    "createRuntime": [{"path": "/c"}], "createContainer": [{"path": "/d"}], "startContainer": [{"path": "/e"}],
    "poststart": [{"path": "/f"}], "poststop": [{"path": "/g"}]})");
  REQUIRE(spec);
  const Hooks& hooks = spec->hooks;
  REQUIRE(hooks.prestart.size() == 2);
  CHECK(hooks.prestart[0].path == "/a");
  CHECK(hooks.prestart[0].args == std::vector<std::string>{"a", "b"});
  CHECK(hooks.prestart[0].env == std::vector<std::string>{"A=1"});
  CHECK(hooks.prestart[0].timeout_seconds == 3);
  CHECK_FALSE(hooks.prestart[1].timeout_seconds);
  CHECK(hooks.create_runtime.at(0).path == "/c");
  CHECK(hooks.create_container.at(0).path == "/d");
  CHECK(hooks.start_container.at(0).path == "/e");
  CHECK(hooks.poststart.at(0).path == "/f");
  CHECK(hooks.poststop.at(0).path == "/g");
  CHECK(HasHooks(hooks));
  CHECK_FALSE(HasHooks(ParseWith(R"({"prestart": []})")->hooks));
}

TEST_CASE("spec: hooks that could not be run are refused") {
  const auto problem = [](const std::string& hooks) { return ParseWith(hooks).error().what; };
  CHECK(problem(R"({"poststop": [{}]})") == "/hooks/poststop/0/path: expected a string that is not empty");
  CHECK(problem(R"({"poststop": [{"path": "a"}]})") == "/hooks/poststop/0/path: expected an absolute path");
  CHECK(problem(R"({"poststop": [{"path": "/a", "timeout": 0}]})") ==
        "/hooks/poststop/0/timeout: expected a number above 0");
  CHECK(problem(R"({"prestart": [{"path": "/a", "env": ["A"]}]})").starts_with("/hooks/prestart/0/env: "));
  CHECK(ParseWith(R"({"prestop": []})"));  // with a warning
}

TEST_CASE("state: as the specification has it") {
  CHECK(ContainerStateJson({.oci_version = "1.0.2",
                            .id = "a",
                            .status = "created",
                            .pid = 7,
                            .bundle = "/b\"",
                            .annotations = {{"x", "1"}, {"y", "\n"}}}) ==
        R"({"ociVersion":"1.0.2","id":"a","status":"created","pid":7,"bundle":"/b\"",)"
        R"("annotations":{"x":"1","y":"\u000a"}})");
}

}  // namespace
}  // namespace berth
