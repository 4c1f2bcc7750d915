#include <doctest/doctest.h>

#include "oci/spec.h"

namespace berth {
namespace {

Result<Process> ProcessOf(const std::string& fields) {
  return ParseProcess(R"({"args": ["true"], "cwd": "/", )" + fields + "}");
}

Result<RuntimeSpec> SpecOf(const std::string& fields) {
  return ParseRuntimeSpec(R"({"ociVersion": "1.3.0", "root": {"path": "r"}, "process": {"args": ["true"], "cwd": "/"},
      "linux": {"namespaces": [{"type": "mount"}], "cgroupsPath": "/a", )" +
                          fields + "}}");
}

template <typename T>
std::string WhatOf(const Result<T>& result) {
  return result ? "(none)" : result.error().what;
}

TEST_CASE("number set: lists and ranges, and nothing else") {
  CHECK(*ParseNumberSet("", 8) == NumberSet{});
  CHECK(*ParseNumberSet("0", 8) == NumberSet{1});
  CHECK(*ParseNumberSet("0-3,7", 8) == NumberSet{0x8f});
  CHECK(*ParseNumberSet("7,0,0-1", 8) == NumberSet{0x83});
  CHECK(*ParseNumberSet("63-64", 128) == NumberSet{uint64_t{1} << 63U, 1});
  CHECK(ParseNumberSet("8191", 8192)->size() == 128);
  for (const char* text : {"8", "a", "-", "-1", "1-", "1-8", "3-1", ",", "1,", ",1", "1,,2", "1 ", " 1", "0x1", "1-2-3",
                           "+1", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseNumberSet(text, 8));
  }
}

TEST_CASE("process: I/O priority, scheduler and affinity in the kernel's numbers") {
  const auto process = ProcessOf(R"("ioPriority": {"class": "IOPRIO_CLASS_IDLE", "priority": 7},
      "scheduler": {"policy": "SCHED_DEADLINE", "nice": -5, "priority": 3, "runtime": 1, "deadline": 2, "period": 3,
                    "flags": ["SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_UTIL_CLAMP_MAX"]},
      "execCPUAffinity": {"initial": "0-1", "final": "3"})");
  REQUIRE_MESSAGE(process, WhatOf(process));
  CHECK(process->warnings.empty());
  CHECK(process->io_priority->scheduling_class == 3);
  CHECK(process->io_priority->level == 7);
  CHECK(process->scheduler->policy == 6);
  CHECK(process->scheduler->nice == -5);
  CHECK(process->scheduler->priority == 3);
  CHECK(process->scheduler->flags == 0x41);
  CHECK(process->scheduler->runtime == 1);
  CHECK(process->scheduler->deadline == 2);
  CHECK(process->scheduler->period == 3);
  CHECK(process->exec_cpu_affinity.initial == NumberSet{3});
  CHECK(process->exec_cpu_affinity.final == NumberSet{8});
  const char* const policies[] = {"OTHER", "FIFO", "RR", "BATCH", "ISO", "IDLE", "DEADLINE"};
  for (uint32_t number = 0; number < 7; ++number) {
    const auto one = ProcessOf(std::string(R"("scheduler": {"policy": "SCHED_)") + policies[number] + "\"}");
    REQUIRE(one);
    CHECK(one->scheduler->policy == number);
  }
}

TEST_CASE("process: what no kernel could take is refused by its pointer") {
  const auto problem = [](const std::string& fields) { return WhatOf(ProcessOf(fields)); };
  CHECK(problem(R"("ioPriority": {"class": "IOPRIO_CLASS_BEST", "priority": 1})") ==
        "/ioPriority/class: 'IOPRIO_CLASS_BEST' is not supported");
  CHECK(problem(R"("ioPriority": {"class": "IOPRIO_CLASS_BE"})") == "/ioPriority/priority: is missing");
  CHECK(problem(R"("ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 8})") ==
        "/ioPriority/priority: expected an integer from 0 to 7");
  CHECK(problem(R"("scheduler": {})") == "/scheduler/policy: expected a string that is not empty");
  CHECK(problem(R"("scheduler": {"policy": "SCHED_EXT"})") == "/scheduler/policy: 'SCHED_EXT' is not supported");
  CHECK(problem(R"("scheduler": {"policy": "SCHED_RR", "flags": ["X"]})") == "/scheduler/flags: 'X' is not supported");
  CHECK(problem(R"("scheduler": {"policy": "SCHED_RR", "nice": 20})") ==
        "/scheduler/nice: expected an integer from -20 to 19");
  CHECK(problem(R"("scheduler": {"policy": "SCHED_RR", "priority": 100})") ==
        "/scheduler/priority: expected an integer from 0 to 99");
  CHECK(problem(R"("execCPUAffinity": {"initial": "x"})") ==
        "/execCPUAffinity/initial: expected numbers below 8192 and ranges of them, such as 0-3,7");
  CHECK(problem(R"("execCPUAffinity": {"final": "8192"})") ==
        "/execCPUAffinity/final: expected numbers below 8192 and ranges of them, such as 0-3,7");
}

TEST_CASE("spec: personality and memory policy in the kernel's numbers") {
  CHECK(SpecOf(R"("personality": {"domain": "LINUX"})")->personality == 0U);
  CHECK(SpecOf(R"("personality": {"domain": "LINUX32", "flags": []})")->personality == 8U);
  CHECK(WhatOf(SpecOf(R"("personality": {"domain": "SVR4"})")) == "/linux/personality/domain: 'SVR4' is not supported");
  CHECK(WhatOf(SpecOf(R"("personality": {"domain": "LINUX", "flags": ["ADDR_NO_RANDOMIZE"]})")) ==
        "/linux/personality/flags: the specification has none yet");
  const auto spec =
      SpecOf(R"("memoryPolicy": {"mode": "MPOL_INTERLEAVE", "nodes": "0-1", "flags": ["MPOL_F_STATIC_NODES"]})");
  REQUIRE_MESSAGE(spec, WhatOf(spec));
  CHECK(spec->memory_policy->mode == (3 | 1 << 15));
  CHECK(spec->memory_policy->nodes == NumberSet{3});
  const char* const modes[] = {"DEFAULT",        "PREFERRED",          "BIND", "INTERLEAVE", "LOCAL",
                               "PREFERRED_MANY", "WEIGHTED_INTERLEAVE"};
  for (int number = 0; number < 7; ++number) {
    const auto one = SpecOf(std::string(R"("memoryPolicy": {"mode": "MPOL_)") + modes[number] + R"(", "nodes": ""})");
    REQUIRE(one);
    CHECK(one->memory_policy->mode == number);
  }
  CHECK(WhatOf(SpecOf(R"("memoryPolicy": {"nodes": "0"})")) ==
        "/linux/memoryPolicy/mode: expected a string that is not empty");
  CHECK(WhatOf(SpecOf(R"("memoryPolicy": {"mode": "MPOL_BIND", "nodes": "1024"})")) ==
        "/linux/memoryPolicy/nodes: expected numbers below 1024 and ranges of them, such as 0-3,7");
  CHECK(WhatOf(SpecOf(R"("memoryPolicy": {"mode": "MPOL_BIND", "flags": ["MPOL_F_X"]})")) ==
        "/linux/memoryPolicy/flags: 'MPOL_F_X' is not supported");
}

}  // namespace
}  // namespace berth
