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

TEST_CASE("spec: keys of the specification that are not honoured are refused by their pointer") {
  for (const std::string key : {"solaris", "windows", "vm", "zos", "freebsd"}) {
    CHECK(ProblemOf(With(kSmallest, R"("root")", "\"" + key + R"(": {}, "root")")) == "/" + key + ": is not supported");
  }
  CHECK(ProblemOf(With(kSmallest, R"("cwd": "/")", R"("cwd": "/", "commandLine": "x")")) ==
        "/process/commandLine: is not supported");
  CHECK(ProblemOf(With(kSmallest, R"("cgroupsPath")", R"("intelRdt": {}, "cgroupsPath")")) ==
        "/linux/intelRdt: is not supported");
  CHECK(ProblemOf(With(kSmallest, R"("root")", R"("ociVersion": "1.1.0", "root")")) == "/ociVersion: occurs twice");
}

TEST_CASE("spec: keys that the specification does not know are left alone, with a warning each") {
  const std::string text =
      With(With(With(kSmallest, R"("root")", R"("a~/b": {"c": [1]}, "annotations": {"x/y": "z"}, "root")"),
                R"("cwd": "/")", R"("cwd": "/", "selinux": 1, "user": {"username": "x"})"),
           R"({"type": "mount"})", R"({"type": "mount", "fd": 3})");
  const auto spec = ParseRuntimeSpec(text);
  REQUIRE_MESSAGE(spec, WhatOf(spec));
  CHECK(spec->warnings == std::vector<std::string>{"/process/selinux: is not known and has no effect",
                                                   "/linux/namespaces/0/fd: is not known and has no effect",
                                                   "/a~0~1b: is not known and has no effect"});
  CHECK(spec->annotations.at("x/y") == "z");
  CHECK(ProblemOf(With(kSmallest, R"("root")", R"("annotations": {"a": [1]}, "root")")) ==
        "/annotations/a: expected a string");
  CHECK(ParseProcess(ProcessWith(R"("x": 1)"))->warnings.size() == 1);
  CHECK(ParseResources(R"({"memory": {"max": 1}})")->warnings ==
        std::vector<std::string>{"/memory/max: is not known and has no effect"});
}

TEST_CASE("spec: a name needs a namespace, and a container can be created without a process") {
  const std::string named = With(kSmallest, R"("root")", R"("hostname": "a", "domainname": "b", "root")");
  CHECK(ProblemOf(named) == "/hostname: needs a uts namespace");
  CHECK(ProblemOf(With(kSmallest, R"("root")", R"("domainname": "b", "root")")) ==
        "/domainname: needs a uts namespace");
  CHECK(ProblemOf(With(named, R"({"type": "mount"})", R"({"type": "mount"}, {"type": "uts"})")) == "(none)");
  const auto spec = ParseRuntimeSpec(With(kSmallest, R"("process": {"args": ["true"], "cwd": "/"},)", ""));
  REQUIRE_MESSAGE(spec, WhatOf(spec));
  CHECK_FALSE(spec->has_process);
  CHECK(spec->process.cwd == "/");
}

TEST_CASE("spec: paths that need not be absolute begin at the root") {
  const auto spec = ParseRuntimeSpec(
      With(With(kSmallest, R"("root")", R"("mounts": [{"destination": "srv"}], "root")"), "/berth/a", "berth/a"));
  REQUIRE_MESSAGE(spec, WhatOf(spec));
  CHECK(spec->mounts[0].destination == "/srv");
  CHECK(spec->cgroups_path == "/berth/a");
  CHECK(ProblemOf(With(kSmallest, "/berth/a", "system.slice:berth:a")) ==
        "/linux/cgroupsPath: is of systemd's form slice:prefix:name, which is not supported");
}

TEST_CASE("spec: device nodes of every type") {
  const auto with = [](const std::string& device) {
    return With(kSmallest, R"("cgroupsPath")", R"("devices": [{)" + device + R"(}], "cgroupsPath")");
  };
  const auto node = [&with](const std::string& device) { return ParseRuntimeSpec(with(device))->devices[0]; };
  CHECK(node(R"("path": "/a", "type": "c", "major": 1, "minor": 3)").type == 'c');
  CHECK(node(R"("path": "/a", "type": "u", "major": 1, "minor": 3)").type == 'c');
  CHECK(node(R"("path": "/a", "type": "b", "major": 8, "minor": 0, "uid": 7, "gid": 9)").gid == 9);
  CHECK(node(R"("path": "/a", "type": "p")").type == 'p');
  CHECK(node(R"("path": "/a", "type": "p")").file_mode == 0666);
  CHECK(node(R"("path": "/a", "type": "p", "fileMode": 432)").file_mode == 0660);
  CHECK(node(R"("path": "/a", "type": "c", "major": 1, "minor": 3, "fileMode": 8630)").file_mode == 0666);
  const std::string base = "/linux/devices/0/";
  CHECK(ProblemOf(with(R"("path": "/a", "type": "c", "minor": 3)")) == base + "major: is missing");
  CHECK(ProblemOf(with(R"("path": "/a", "type": "b", "major": 3)")) == base + "minor: is missing");
  CHECK(ProblemOf(with(R"("path": "/a", "type": "a", "major": 1, "minor": 3)")) == base + "type: expected one of cbpu");
  CHECK(ProblemOf(with(R"("path": "a", "type": "p")")) == base + "path: expected an absolute path");
  CHECK(ProblemOf(with(R"("path": "/a", "type": "p", "fileMode": 65536)")) ==
        base + "fileMode: expected an integer from 0 to 65535");
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
                "\"unknown\": " + std::string(depth, '[') + std::string(depth, ']') + R"(, "root")");
  };
  CHECK(ProblemOf(nested(99)) == "(none)");
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
      {R"("/berth/a")", R"("")", "/linux/cgroupsPath: expected a string that is not empty"},
      {R"("linux")", R"("windows")", "/linux: is missing"},
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
  const auto ungranted = ParseProcess(ProcessWith(R"("capabilities": {"bounding": ["CAP_X"], "permitted": ["CAP_CHOWN"],
      "effective": ["CAP_CHOWN", "CAP_KILL"], "ambient": ["CAP_CHOWN"]})"));
  REQUIRE(ungranted);
  CHECK(ungranted->capabilities->effective == uint64_t{1} << CAP_CHOWN);
  CHECK(ungranted->capabilities->ambient == 0);
  CHECK(ungranted->warnings ==
        std::vector<std::string>{"/capabilities/bounding: unknown capability 'CAP_X' is not granted",
                                 "/capabilities/effective: what is not permitted is not granted",
                                 "/capabilities/ambient: what is not permitted and inheritable is not granted"});
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
  const auto problem = [](const std::string& json) { return WhatOf(ParseResources(json)); };
  CHECK(problem(R"({"rdma": {"mlx5_0": {}}})") == "/rdma/mlx5_0/hcaHandles: expected it, hcaObjects or both");
  CHECK(problem(R"({"rdma": {"mlx5_0": 1}})") == "/rdma/mlx5_0: expected an object");
  CHECK(problem(R"({"memory": {"useHierarchy": false}})") ==
        "/memory/useHierarchy: the kernel accounts memory hierarchically, always");
  CHECK(problem(R"({"cpu": {"burst": 2, "quota": 1}})") == "/cpu/burst: expected at most the quota");
  CHECK(problem(R"({"cpu": {"idle": 2}})") == "/cpu/idle: expected an integer from 0 to 1");
  CHECK(problem(R"({"blockIO": {"weight": 9}})") == "/blockIO/weight: expected 0, or an integer from 10 to 1000");
  CHECK(problem(R"({"blockIO": {"leafWeight": 10}})") ==
        "/blockIO/leafWeight: needs the CFQ scheduler, which the kernel has no more");
  CHECK(problem(R"({"blockIO": {"weightDevice": [{"major": 8, "minor": 0, "leafWeight": 10}]}})") ==
        "/blockIO/weightDevice/0/leafWeight: needs the CFQ scheduler, which the kernel has no more");
  for (const char* size : {"", "MB", "2", "2mb", "2MB/../x", "../2MB", "2TB"}) {
    CAPTURE(size);
    CHECK_FALSE(ParseResources(std::string(R"({"hugepageLimits": [{"pageSize": ")") + size + R"(", "limit": 1}]})"));
  }
  CHECK(problem(R"({"hugepageLimits": [{"pageSize": "2MB"}]})") == "/hugepageLimits/0/limit: is missing");
  for (const char* file : {"", ".", "..", "memory", "../memory.max", "a/memory.max", ".hidden"}) {
    CAPTURE(file);
    CHECK(problem(std::string(R"({"unified": {")") + file + R"(": "1"}})") ==
          std::string("/unified: '") + file + "' is no file of a cgroup");
  }
}

TEST_CASE("resources: what is rarely asked for") {
  const auto resources = ParseResources(R"({
    "memory": {"kernel": -1, "kernelTCP": 7, "useHierarchy": true, "checkBeforeUpdate": true},
    "cpu": {"burst": 5, "quota": 10, "realtimeRuntime": 11, "realtimePeriod": 12, "idle": 1},
    "rdma": {"mlx5_0": {"hcaHandles": 3, "hcaObjects": 4}, "rxe": {"hcaObjects": 5}}})");
  REQUIRE_MESSAGE(resources, WhatOf(resources));
  CHECK(resources->warnings.empty());
  CHECK(resources->memory_kernel == -1);
  CHECK(resources->memory_kernel_tcp == 7);
  CHECK(resources->check_before_update);
  CHECK(resources->cpu_burst == 5U);
  CHECK(resources->cpu_realtime_runtime == 11);
  CHECK(resources->cpu_realtime_period == 12U);
  CHECK(resources->cpu_idle == 1);
  CHECK(resources->rdma.at("mlx5_0").hca_handles == 3U);
  CHECK_FALSE(resources->rdma.at("rxe").hca_handles);
}

TEST_CASE("spec: clocks and network devices") {
  const auto with = [](const std::string& types, const std::string& fields) {
    return With(With(kSmallest, R"([{"type": "mount"}])", R"([{"type": "mount"})" + types + "]"), R"("cgroupsPath")",
                fields + R"(, "cgroupsPath")");
  };
  const std::string time = R"(, {"type": "time"})";
  const std::string network = R"(, {"type": "network"})";
  const auto spec = ParseRuntimeSpec(with(time + network, R"("netDevices": {"eth0": {}, "eth1": {"name": "lan%d"}},
      "timeOffsets": {"monotonic": {"secs": -7, "nanosecs": 999999999}, "boottime": {}})"));
  REQUIRE_MESSAGE(spec, WhatOf(spec));
  CHECK(spec->time_offsets.at("monotonic").seconds == -7);
  CHECK(spec->time_offsets.at("monotonic").nanoseconds == 999'999'999);
  CHECK(spec->time_offsets.contains("boottime"));
  CHECK(spec->net_devices.at("eth0").empty());
  CHECK(spec->net_devices.at("eth1") == "lan%d");
  const std::string offsets = R"("timeOffsets": {"boottime": {"secs": 1}})";
  CHECK(ProblemOf(with("", offsets)) == "/linux/timeOffsets: needs a new time namespace");
  CHECK(ProblemOf(with(R"(, {"type": "time", "path": "/proc/1/ns/time"})", offsets)) ==
        "/linux/timeOffsets: needs a new time namespace");
  CHECK(ProblemOf(with(time, R"("timeOffsets": {"realtime": {}})")) ==
        "/linux/timeOffsets: clock 'realtime' is not supported");
  CHECK(ProblemOf(with(time, R"("timeOffsets": {"boottime": {"nanosecs": 1000000000}})")) ==
        "/linux/timeOffsets/boottime/nanosecs: expected an integer from 0 to 999999999");
  CHECK(ProblemOf(with("", R"("netDevices": {"eth0": {}})")) == "/linux/netDevices: needs a network namespace");
  CHECK(ProblemOf(with(network, R"("netDevices": {"eth0": {}, "eth1": {"name": "eth0"}})")) ==
        "/linux/netDevices/eth1/name: 'eth0' occurs twice");
  for (const char* name : {"a/b", "a:b", "a b", ".", "..", "0123456789abcdef", "a%db", "%d"}) {
    CAPTURE(name);
    const std::string quoted = std::string("\"") + name + "\"";
    CHECK_FALSE(ParseRuntimeSpec(with(network, R"("netDevices": {)" + quoted + ": {}}")));
    CHECK_FALSE(ParseRuntimeSpec(with(network, R"("netDevices": {"eth0": {"name": )" + quoted + "}}")));
  }
}

}  // namespace
}  // namespace berth
