// When and where a container's process runs, and what it goes without where a host does not give it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "base/file.h"
#include "container_fixture.h"
#include "runtime/labels.h"
#include "runtime/scheduling.h"
#include "runtime/syscalls.h"
#include "support/container.h"
#include "support/skip.h"

namespace berth {
namespace {

bool Holds(int capability) { return (SysPermittedCapabilities() >> capability & 1U) != 0; }

constexpr int kDeadline = 6;

// Column 41 of /proc/<pid>/stat, the policy; 19 is the nice value.
constexpr const char* kShowScheduling = "set -- $(cat /proc/self/stat); echo policy ${41} nice ${19}; ionice";

std::string CpusOf(const Outcome& outcome) {
  const size_t at = outcome.output.find("Cpus_allowed_list:");
  return at == std::string::npos ? outcome.output : outcome.output.substr(at + 18);
}

}  // namespace

TEST_CASE("scheduling: policy, nice value and I/O priority are those of the specification") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.Script(kShowScheduling);
  SUBCASE("none is said: the runtime's own") {
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output.starts_with("policy 0 nice " + std::to_string(::getpriority(PRIO_PROCESS, 0))));
  }
  SUBCASE("batch, idle") {
    fixture.spec.process.scheduler = Scheduler{.policy = 3, .nice = 7};
    fixture.spec.process.io_priority = IoPriority{.scheduling_class = 3, .level = 0};
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == "policy 3 nice 7\nidle\n");
  }
  SUBCASE("a higher priority than the caller's, which the container's user could not have set") {
    fixture.spec.process.scheduler = Scheduler{.policy = 0, .nice = -11};
    fixture.spec.process.io_priority = IoPriority{.scheduling_class = 1, .level = 3};
    fixture.spec.process.user.uid = 1000;
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == "policy 0 nice -11\nrealtime: prio 3\n");
  }
  SUBCASE("under a reaper, too") {
    fixture.supervise.init = true;
    fixture.spec.process.scheduler = Scheduler{.policy = 5};
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(
        outcome.output.starts_with("policy 5 "));  // such a process has no use for a nice value, and keeps what it has
  }
  SUBCASE("what the kernel does not have is a failure") {
    fixture.spec.process.scheduler = Scheduler{.policy = 4};  // SCHED_ISO
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "scheduler");
    CHECK(std::string(outcome.failed->call) == "sched_setattr");
    CHECK(outcome.failed->errnum == EINVAL);
  }
}

TEST_CASE("scheduling: a deadline with its runtime and period") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.spec.process.scheduler =
      Scheduler{.policy = kDeadline, .flags = 1, .runtime = 1'000'000, .deadline = 90'000'000, .period = 100'000'000};
  fixture.spec.process.args = {"/bin/cat", "/proc/self/sched"};
  const Outcome outcome = fixture.Run();
  if (outcome.failed && outcome.failed->errnum == EPERM) {
    BERTH_SKIP("this host's cpusets leave no processors of their own for a deadline");
  }
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output.find("dl.runtime") != std::string::npos);
}

TEST_CASE("scheduling: personality and memory policy last over execve, also of who joins") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.spec.personality = 8;
  fixture.spec.memory_policy = MemoryPolicy{.mode = 2, .nodes = {1}};
  const std::string show = "cat /proc/self/personality; grep -c -m1 bind:0 /proc/self/numa_maps; uname -m";
  fixture.Script(show + "; sleep 600");
  Running running = fixture.Start();
  REQUIRE_STARTED(running);
#ifdef __x86_64__
  const std::string expected = "00000008\n1\ni686\n";
#else
  const std::string expected = "00000008\n1\n";
#endif
  CHECK(ContainerFixture::ReadUntil(running, expected) == expected);
  Process process = fixture.spec.process;
  process.args = {"/bin/sh", "-c", show};
  const Outcome joined = fixture.Exec(running, process);
  CHECK(joined.output.starts_with(expected));
  ::kill(running.pid, SIGKILL);
  fixture.Finish(std::move(running));
}

TEST_CASE("scheduling: a memory policy of nodes that are not there is a failure") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.spec.memory_policy = MemoryPolicy{.mode = 2, .nodes = {uint64_t{1} << 63U}};
  const Outcome outcome = fixture.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->step) == "memory policy");
}

TEST_CASE("scheduling: exec on the CPUs that it is given") {
  NEED_CONTAINERS();
  if (::sysconf(_SC_NPROCESSORS_ONLN) < 2) {
    BERTH_SKIP("needs two processors");
  }
  ContainerFixture fixture;
  fixture.Script("echo ready; sleep 600");
  Running running = fixture.Start();
  REQUIRE_STARTED(running);
  ContainerFixture::ReadUntil(running, "ready\n");
  const auto before = CpuAffinity();
  REQUIRE(before);
  Process process = fixture.spec.process;
  process.args = {"/bin/grep", "Cpus_allowed_list", "/proc/self/status"};
  const std::string all = CpusOf(fixture.Exec(running, process));
  SUBCASE("final alone") {
    process.exec_cpu_affinity.final = {2};
    CHECK(CpusOf(fixture.Exec(running, process)) == "\t1\n");
  }
  SUBCASE("initial and final") {
    process.exec_cpu_affinity = {.initial = {1}, .final = {2}};
    CHECK(CpusOf(fixture.Exec(running, process)) == "\t1\n");
  }
  SUBCASE("initial alone: all of the container's again") {
    process.exec_cpu_affinity.initial = {2};
    CHECK(CpusOf(fixture.Exec(running, process)) == all);
  }
  SUBCASE("CPUs that are not there") {
    process.exec_cpu_affinity.final = {0, 0, 0, 0, 0, 0, 0, 1};
    const Outcome outcome = fixture.Exec(running, process);
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "cpu affinity");
  }
  CHECK(*CpuAffinity() == *before);
  ::kill(running.pid, SIGKILL);
  fixture.Finish(std::move(running));
}

TEST_CASE("labels: a host without the security module refuses them by name, before anything is made") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  if (::access("/sys/module/apparmor", F_OK) == 0 || ::access("/sys/fs/selinux/enforce", F_OK) == 0) {
    BERTH_SKIP("this host has a Linux security module with labels");
  }
  const char* name = nullptr;
  SUBCASE("AppArmor") {
    fixture.spec.process.apparmor_profile = "berthtest";
    name = "/process/apparmorProfile: this host has no AppArmor";
  }
  SUBCASE("SELinux") {
    fixture.spec.process.selinux_label = "system_u:system_r:container_t:s0";
    name = "/process/selinuxLabel: this host has no SELinux";
  }
  SUBCASE("SELinux, of mounts") {
    fixture.spec.mount_label = "system_u:object_r:container_file_t:s0";
    name = "/linux/mountLabel: this host has no SELinux";
  }
  const Outcome outcome = fixture.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->step) == "labels");
  CHECK(std::string(outcome.failed->what) == name);
}

TEST_CASE("labels: what is written lies on procfs and nowhere else") {
  const auto proc = OpenAt(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY);
  REQUIRE(proc);
  SUBCASE("of procfs the kernel has its say") {
    const auto written = WriteAttribute(proc->get(), "berthtest/exec", "exec", "exec berthtest");
    REQUIRE_FALSE(written);
    CHECK(std::string(written.error().call) == "write");
    CHECK(written.error().errnum != 0);
  }
  SUBCASE("a file of the same path elsewhere is none") {
    std::string name = "/tmp/berthtest-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    REQUIRE(MakeDirs(AT_FDCWD, name + "/thread-self/attr", 0755));
    const auto file = OpenAt(AT_FDCWD, name + "/thread-self/attr/exec", O_WRONLY | O_CREAT, 0644);
    const auto fake = OpenAt(AT_FDCWD, name, O_PATH | O_DIRECTORY);
    const auto written = WriteAttribute(fake->get(), "exec", {}, "label");
    REQUIRE_FALSE(written);
    CHECK(written.error().what == "attr/exec: does not lie on procfs");
    CHECK(ReadFileAt(AT_FDCWD, name + "/thread-self/attr/exec").value_or("x").empty());
    CHECK(RemoveTreeAt(AT_FDCWD, name));
  }
}

TEST_CASE("limits that a host does not give: told, and gone without") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  if (Holds(CAP_SYS_RESOURCE)) {
    BERTH_SKIP("this runtime has CAP_SYS_RESOURCE, so that it is refused nothing");
  }
  rlimit files{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &files) == 0);
  fixture.Script("ulimit -n; ulimit -H -n; cat /proc/self/oom_score_adj");
  SUBCASE("a hard limit above the host's") {
    fixture.spec.process.rlimits = {{.type = "RLIMIT_NOFILE", .soft = 77, .hard = files.rlim_max + 1}};
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == "77\n" + std::to_string(files.rlim_max) + "\n100\n");
    REQUIRE(outcome.warnings.size() == 1);
    CHECK(outcome.warnings[0] == "rlimit RLIMIT_NOFILE: " + std::to_string(files.rlim_max + 1) +
                                     " is above this host's hard limit, " + std::to_string(files.rlim_max) +
                                     ", which holds instead");
  }
  SUBCASE("a lower oom_score_adj") {
    fixture.spec.process.oom_score_adj = -999;
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    REQUIRE(outcome.warnings.size() == 1);
    CHECK(outcome.warnings[0].starts_with("oom_score_adj: /proc/self/oom_score_adj"));
  }
  SUBCASE("a capability that the runtime does not have") {
    const uint64_t asked = uint64_t{1} << CAP_SYS_RESOURCE | uint64_t{1} << CAP_CHOWN;
    fixture.spec.process.capabilities = CapabilitySets{
        .bounding = asked, .effective = asked, .permitted = asked, .inheritable = asked, .ambient = asked};
    fixture.Script("grep -E 'Cap(Inh|Eff|Amb)' /proc/self/status");
    SUBCASE("alone") {}
    SUBCASE("with a filter, for which another one is kept until execve") {
      fixture.spec.process.no_new_privileges = false;
      fixture.spec.seccomp.emplace().default_action = SeccompAction::kAllow;
    }
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == "CapInh:\t0000000000000001\nCapEff:\t0000000000000001\nCapAmb:\t0000000000000001\n");
    CHECK(outcome.warnings ==
          std::vector<std::string>{"capabilities: CAP_SYS_RESOURCE is not granted: the runtime does not have it"});
  }
}

}  // namespace berth
