#include <doctest/doctest.h>
#include <linux/seccomp.h>

#include "base/json_text.h"
#include "oci/json_value.h"
#include "oci/spec.h"

namespace berth {

namespace {

Result<RuntimeSpec> Parsed(const std::string& seccomp) {
  return ParseRuntimeSpec(
      R"({"ociVersion": "1.1.0", "root": {"path": "rootfs"}, "process": {"args": ["true"], "cwd": "/"},
    "linux": {"namespaces": [{"type": "mount"}], "cgroupsPath": "/a", "seccomp": )" +
      seccomp + "}}");
}

std::string ProblemOf(const std::string& seccomp) {
  const auto spec = Parsed(seccomp);
  return spec ? "(none)" : spec.error().what;
}

}  // namespace

TEST_CASE("spec: seccomp with all that it has") {
  const auto spec = Parsed(R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
    "architectures": ["SCMP_ARCH_X86", "SCMP_ARCH_S390X"], "flags": ["SECCOMP_FILTER_FLAG_LOG"],
    "listenerPath": "/run/agent", "listenerMetadata": "m",
    "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_NOTIFY"},
                 {"names": ["clone"], "action": "SCMP_ACT_TRACE", "errnoRet": 65535,
                  "args": [{"index": 5, "value": 18446744073709551615, "valueTwo": 1, "op": "SCMP_CMP_MASKED_EQ"}]}]})");
  REQUIRE_MESSAGE(spec, (spec ? "" : spec.error().what));
  const Seccomp& seccomp = *spec->seccomp;
  CHECK(seccomp.default_action == SeccompAction::kErrno);
  CHECK(seccomp.default_errno_ret == 38);
  CHECK(seccomp.architectures == std::vector{SeccompArch::kX86, SeccompArch::kOther});
  CHECK(seccomp.flags == SECCOMP_FILTER_FLAG_LOG);
  CHECK(seccomp.listener_path == "/run/agent");
  CHECK(seccomp.listener_metadata == "m");
  REQUIRE(seccomp.syscalls.size() == 2);
  CHECK(seccomp.syscalls[0].names == std::vector<std::string>{"mkdir", "mkdirat"});
  CHECK(seccomp.syscalls[0].action == SeccompAction::kNotify);
  CHECK(seccomp.syscalls[1].errno_ret == 65535);
  REQUIRE(seccomp.syscalls[1].args.size() == 1);
  CHECK(seccomp.syscalls[1].args[0].index == 5);
  CHECK(seccomp.syscalls[1].args[0].value == UINT64_MAX);
  CHECK(seccomp.syscalls[1].args[0].value_two == 1);
  CHECK(seccomp.syscalls[1].args[0].op == SeccompOperator::kMaskedEqual);
}

TEST_CASE("spec: seccomp's flags are absent or said, even if none") {
  CHECK_FALSE(Parsed(R"({"defaultAction": "SCMP_ACT_ALLOW"})")->seccomp->flags);
  CHECK(Parsed(R"({"defaultAction": "SCMP_ACT_ALLOW", "flags": []})")->seccomp->flags == 0);
}

TEST_CASE("spec: what seccomp can't honour is refused by its pointer") {
  const std::string base = "/linux/seccomp/";
  const std::string allow = R"("defaultAction": "SCMP_ACT_ALLOW")";
  const auto with = [&allow](const std::string& more) { return "{" + allow + ", " + more + "}"; };
  const auto rule = [&with](const std::string& text) { return with(R"("syscalls": [{)" + text + "}]"); };
  CHECK(ProblemOf("{}") == base + "defaultAction: expected a string that is not empty");
  CHECK(ProblemOf(R"({"defaultAction": "ALLOW"})") == base + "defaultAction: 'ALLOW' is not supported");
  CHECK(ProblemOf(R"({"defaultAction": "SCMP_ACT_NOTIFY"})") ==
        base + "defaultAction: SCMP_ACT_NOTIFY is for single system calls");
  CHECK(ProblemOf(with(R"("defaultErrnoRet": 1)")) ==
        base + "defaultErrnoRet: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE have one");
  CHECK(ProblemOf(with(R"("architectures": ["SCMP_ARCH_VAX"])")) ==
        base + "architectures: 'SCMP_ARCH_VAX' is not supported");
  CHECK(ProblemOf(with(R"("flags": ["SECCOMP_FILTER_FLAG_NEW"])")) ==
        base + "flags: 'SECCOMP_FILTER_FLAG_NEW' is not supported");
  CHECK(ProblemOf(with(R"("flags": ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"])")) ==
        base + "flags: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY");
  CHECK(ProblemOf(with(R"("listenerMetadata": "m")")) == base + "listenerMetadata: expected none without listenerPath");
  CHECK(ProblemOf(with(R"("listenerPath": "run/x")")) == base + "listenerPath: expected an absolute path");
  CHECK(ProblemOf(with(R"("archMap": [])")) == base + "archMap: is not supported");
  CHECK(ProblemOf(rule(R"("names": [], "action": "SCMP_ACT_LOG")")) ==
        base + "syscalls/0/names: expected names of system calls");
  CHECK(ProblemOf(rule(R"("names": ["read"])")) == base + "syscalls/0/action: expected a string that is not empty");
  CHECK(ProblemOf(rule(R"("names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 4096)")) ==
        base + "syscalls/0/errnoRet: expected an integer from 0 to 4095");
  CHECK(ProblemOf(rule(R"("names": ["read"], "action": "SCMP_ACT_LOG", "errnoRet": 1)")) ==
        base + "syscalls/0/errnoRet: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE have one");
  CHECK(ProblemOf(rule(R"("names": ["read"], "action": "SCMP_ACT_NOTIFY")")) ==
        base + "listenerPath: expected a socket, since a rule has SCMP_ACT_NOTIFY");
  const auto arg = [&rule](const std::string& text) {
    return rule(R"("names": ["read"], "action": "SCMP_ACT_LOG", "args": [{)" + text + "}]");
  };
  CHECK(ProblemOf(arg(R"("index": 6, "value": 0, "op": "SCMP_CMP_EQ")")) ==
        base + "syscalls/0/args/0/index: expected an integer from 0 to 5");
  CHECK(ProblemOf(arg(R"("index": 0, "op": "SCMP_CMP_EQ")")) == base + "syscalls/0/args/0/value: expected a number");
  CHECK(ProblemOf(arg(R"("index": 0, "value": -1, "op": "SCMP_CMP_EQ")"))
            .starts_with(base + "syscalls/0/args/0/value: expected an integer from 0"));
  CHECK(ProblemOf(arg(R"("index": 0, "value": 1, "op": "==")")) ==
        base + "syscalls/0/args/0/op: '==' is not supported");
}

TEST_CASE("json: a quoted text reads as the text") {
  for (const std::string text : {"", "plain", "a\"b\\c", "tab\tline\nbell\x07 end\x1f", "caf\xc3\xa9"}) {
    CAPTURE(text);
    const auto value = ParseJson(JsonQuoted(text), "text");
    REQUIRE(value);
    CHECK(*value->As<std::string>() == text);
  }
}

}  // namespace berth
