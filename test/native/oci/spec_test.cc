#include "oci/spec.h"

#include <doctest/doctest.h>
#include <linux/capability.h>

#include <string>

namespace berth {
namespace {

constexpr const char* kSmallest = R"({"ociVersion": "1.1.0", "root": {"path": "rootfs"},
  "process": {"args": ["true"], "cwd": "/"},
  "linux": {"namespaces": [{"type": "mount"}], "cgroupsPath": "/berth/a"}})";

std::string With(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

// The process object of a specification, with `fields` added.
std::string ProcessWith(const std::string& fields) { return R"({"args": ["true"], "cwd": "/", )" + fields + "}"; }

std::string ProblemOf(const std::string& json) {
  const auto spec = ParseRuntimeSpec(json);
  if (spec) {
    return "(none)";
  }
  CHECK(spec.error().errnum == 0);
  CHECK(std::string(spec.error().call) == "config.json");
  return spec.error().what;
}

template <typename T>
std::string WhatOf(const Result<T>& result) {
  return result ? "(none)" : result.error().what;
}

TEST_CASE("spec: the smallest one has the specification's defaults") {
  const auto spec = ParseRuntimeSpec(kSmallest);
  REQUIRE(spec);
  CHECK(spec->root_path == "rootfs");
  CHECK_FALSE(spec->root_readonly);
  CHECK(spec->process.args == std::vector<std::string>{"true"});
  CHECK(spec->process.user.uid == 0);
  CHECK_FALSE(spec->process.user.umask);
  CHECK_FALSE(spec->process.capabilities);
  CHECK_FALSE(spec->resources.pids_limit);
  CHECK(spec->mounts.empty());
}

TEST_CASE("spec: annotations are free, all else that is not honoured is refused by its pointer") {
  CHECK(ProblemOf(With(kSmallest, R"("root")", R"("annotations": {"a/b": "[1, {}]"}, "root")")) == "(none)");
  CHECK(ProblemOf(With(kSmallest, R"("root")", R"("annotations": {"a/b": 1}, "root")")) ==
        "/annotations/a~1b: expected a string");
  CHECK(ProblemOf(With(kSmallest, R"("root")", R"("hooks": {"a": []}, "root")")) == "/hooks/a: is not supported");
  CHECK(ProblemOf(With(kSmallest, R"("cwd": "/")", R"("cwd": "/", "apparmorProfile": "x")")) ==
        "/process/apparmorProfile: is not supported");
  CHECK(ProblemOf(With(kSmallest, R"("cgroupsPath")", R"("intelRdt": {}, "cgroupsPath")")) ==
        "/linux/intelRdt: is not supported");
  CHECK(ProblemOf(With(kSmallest, R"("root")", R"("a~/b": 1, "root")")) == "/a~0~1b: is not supported");
  CHECK(ProblemOf(With(kSmallest, R"("root")", R"("hostname": "a", "hostname": "b", "root")")) ==
        "/hostname: occurs twice");
}

TEST_CASE("spec: text that is no JSON object is refused with its offset") {
  for (const char* text : {"", " ", "{", "[]", "null", "{}x", "{\"a\":}", "\xff", "{\"a\": \"\xc3\"}", "{'a': 1}",
                           "{\"a\": 1,}", "{\"a\": 01}", "{\"a\": nan}", "// c\n{}"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseRuntimeSpec(text));
    CHECK_FALSE(ParseProcess(text));
    CHECK_FALSE(ParseResources(text));
  }
  CHECK(ProblemOf("{\"a\": }").starts_with("offset 6: "));
}

TEST_CASE("spec: cut off anywhere, it is refused") {
  const std::string text = kSmallest;
  for (size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(ParseRuntimeSpec(std::string_view(text).substr(0, length)));
  }
}

TEST_CASE("spec: nesting costs no stack, and is refused beyond what a specification has") {
  const auto nested = [](size_t depth) {
    return With(kSmallest, R"("root")",
                "\"annotations\": " + std::string(depth, '[') + std::string(depth, ']') + R"(, "root")");
  };
  CHECK(ProblemOf(nested(99)) == "/annotations: expected an object of strings");
  CHECK(ProblemOf(nested(100)).ends_with(": nested too deeply"));
  CHECK(ProblemOf(nested(1'000'000)).ends_with(": nested too deeply"));
  CHECK(ProblemOf(std::string(1'000'000, '[')).ends_with(": nested too deeply"));
}

TEST_CASE("spec: a wrong type anywhere is told by its pointer") {
  struct Case {
    const char* from;
    const char* to;
    const char* problem;
  };
  const Case cases[] = {
      {R"({"path": "rootfs"})", R"("rootfs")", "/root: expected an object"},
      {R"("rootfs")", R"(7)", "/root/path: expected a string"},
      {R"("rootfs")", R"("")", "/root/path: expected a string that is not empty"},
      {R"("rootfs")", R"("a\u0000b")", "/root/path: holds a NUL byte"},
      {R"("path": "rootfs")", R"("path": "r", "readonly": 1)", "/root/readonly: expected true or false"},
      {R"(["true"])", R"("true")", "/process/args: expected an array of strings"},
      {R"(["true"])", R"(["a", 1])", "/process/args/1: expected a string"},
      {R"(["true"])", R"([])", "/process/args: expected a command"},
      {R"("cwd": "/")", R"("cwd": "srv")", "/process/cwd: expected an absolute path"},
      {R"([{"type": "mount"}])", R"([])", "/linux/namespaces: expected a mount namespace"},
      {R"([{"type": "mount"}])", R"([7])", "/linux/namespaces/0: expected an object"},
      {R"({"type": "mount"})", R"({"type": "mount"}, {"type": "mount"})", "/linux/namespaces/1/type: occurs twice"},
      {R"({"type": "mount"})", R"({"type": "x"})", "/linux/namespaces/0/type: namespace 'x' is not supported"},
      {R"("/berth/a")", R"("berth/a")", "/linux/cgroupsPath: expected an absolute path"},
      {R"("1.1.0")", R"("2.0.0")", "/ociVersion: expected a version 1 of the runtime specification"},
      {R"("root")", R"("rootless")", "/root: is missing"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.to);
    CHECK(ProblemOf(With(kSmallest, one.from, one.to)) == one.problem);
  }
}

TEST_CASE("process: numbers outside of their range are refused, and never wrap") {
  for (const char* uid : {"-1", "4294967295", "4294967296", "18446744073709551616", "1e3", "1.0", "\"0\"", "1e400"}) {
    CAPTURE(uid);
    CHECK_FALSE(ParseProcess(ProcessWith(std::string(R"("user": {"uid": )") + uid + "}")));
    CHECK_FALSE(ParseProcess(ProcessWith(std::string(R"("user": {"additionalGids": [)") + uid + "]}")));
  }
  CHECK(ParseProcess(ProcessWith(R"("user": {"uid": 4294967294})"))->user.uid == 4294967294U);
  CHECK(WhatOf(ParseProcess(ProcessWith(R"("user": {"umask": 512})"))) ==
        "/user/umask: expected an integer from 0 to 511");
  CHECK(WhatOf(ParseProcess(ProcessWith(R"("oomScoreAdj": 1001)"))) ==
        "/oomScoreAdj: expected an integer from -1000 to 1000");
  CHECK(WhatOf(ParseProcess(ProcessWith(R"("consoleSize": {"height": 65536, "width": 1})"))) ==
        "/consoleSize/height: expected an integer from 0 to 65535");
}

TEST_CASE("process: rlimits, environment and capabilities that the kernel would refuse or change") {
  CHECK(WhatOf(ParseProcess(ProcessWith(R"("rlimits": [{"type": "RLIMIT_CPU", "soft": 2, "hard": 1}])"))) ==
        "/rlimits/0/soft: expected soft and hard, soft at most hard");
  CHECK(WhatOf(ParseProcess(ProcessWith(R"("rlimits": [{"type": "RLIMIT_CPU", "soft": 2}])"))) ==
        "/rlimits/0/soft: expected soft and hard, soft at most hard");
  CHECK(WhatOf(ParseProcess(ProcessWith(R"("env": ["A=1", "secret"])"))) == "/env: expected NAME=value, not 'secret'");
  CHECK(WhatOf(ParseProcess(ProcessWith(R"("env": ["=x"])"))) == "/env: expected NAME=value, not ''");
  const auto unknown = ParseProcess(ProcessWith(R"("capabilities": {"bounding": ["CAP_X", "CAP_CHOWN"]})"));
  REQUIRE(unknown);
  CHECK(unknown->capabilities->bounding == 1);
  CHECK(unknown->warnings == std::vector<std::string>{"process.capabilities.bounding: no capability is named 'CAP_X'"});
  CHECK(WhatOf(ParseProcess(ProcessWith(R"("capabilities": {"effective": ["CAP_CHOWN"]})"))) ==
        "/capabilities/effective: holds a capability that is not permitted");
  const auto ungranted =
      ParseProcess(ProcessWith(R"("capabilities": {"ambient": ["CAP_CHOWN"], "permitted": ["CAP_CHOWN"]})"));
  REQUIRE(ungranted);
  CHECK(ungranted->capabilities->ambient == 0);
  CHECK(ungranted->warnings.size() == 1);
  const auto process = ParseProcess(ProcessWith(R"("capabilities": {"bounding": ["CAP_NET_RAW", "CAP_SYS_ADMIN"]})"));
  REQUIRE(process);
  CHECK(process->capabilities->bounding == (uint64_t{1} << CAP_NET_RAW | uint64_t{1} << CAP_SYS_ADMIN));
}

TEST_CASE("resources: every limit is read; -1 means none") {
  const auto resources = ParseResources(R"({
    "devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "minor": 3, "access": "r"}],
    "memory": {"limit": 67108864, "swap": -1, "reservation": 1024, "swappiness": 7, "disableOOMKiller": true},
    "cpu": {"shares": 512, "quota": 50000, "period": 100000, "cpus": "0-1", "mems": "0"},
    "pids": {"limit": -1},
    "blockIO": {"weight": 300, "weightDevice": [{"major": 8, "minor": 0, "weight": 200}],
                "throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 18446744073709551615}]},
    "hugepageLimits": [{"pageSize": "2MB", "limit": 9}],
    "network": {"classID": 4294967295, "priorities": [{"name": "eth0", "priority": 5}]},
    "unified": {"memory.high": "max"}})");
  REQUIRE_MESSAGE(resources, WhatOf(resources));
  CHECK(resources->devices.size() == 2);
  CHECK(resources->devices[0].type == 'a');
  CHECK(resources->devices[0].major == -1);
  CHECK(resources->devices[1].access == "r");
  CHECK(resources->memory_limit == 67108864);
  CHECK(resources->memory_swap == -1);
  CHECK(resources->disable_oom_killer);
  CHECK(resources->cpu_quota == 50000);
  CHECK(resources->pids_limit == -1);
  CHECK(resources->read_bps[0].rate == UINT64_MAX);
  CHECK(resources->net_class_id == UINT32_MAX);
  CHECK(resources->net_priorities.at("eth0") == 5);
  CHECK(resources->unified.at("memory.high") == "max");
}

TEST_CASE("resources: what no cgroup file could take") {
  CHECK(WhatOf(ParseResources(R"({"pids": {"limit": -2}})")).starts_with("/pids/limit: expected an integer from -1"));
  CHECK(WhatOf(ParseResources(R"({"memory": {"limit": 9223372036854775808}})")).starts_with("/memory/limit: "));
  CHECK(WhatOf(ParseResources(R"({"memory": {"swappiness": 101}})")).starts_with("/memory/swappiness: "));
  CHECK(WhatOf(ParseResources(R"({"devices": [{"access": "r"}]})")) == "/devices/0/allow: is missing");
  CHECK(WhatOf(ParseResources(R"({"devices": [{"allow": true, "access": "x"}]})")) ==
        "/devices/0/access: expected letters of rwm");
  CHECK(WhatOf(ParseResources(R"({"devices": [{"allow": true, "type": "p"}]})")) ==
        "/devices/0/type: expected one of acbu");
  CHECK(WhatOf(ParseResources(R"({"rdma": {}})")) == "/rdma: is not supported");
}

}  // namespace
}  // namespace berth
