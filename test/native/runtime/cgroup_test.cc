#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "base/cleanup.h"
#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/compare.h"
#include "runtime/cgroup/device_program.h"
#include "runtime/cgroup/write.h"

namespace berth {
namespace {

std::string ValueOf(const CgroupWrites& writes, const std::string& file) {
  for (const CgroupWrite& write : writes.writes) {
    if (write.file == file) {
      return write.value;
    }
  }
  return "(absent)";
}

TEST_CASE("limits become v1 files") {
  LinuxResources resources;
  resources.pids_limit = 20;
  resources.cpu_quota = 50000;
  resources.cpu_period = 100000;
  resources.memory_limit = 64 << 20;
  resources.memory_swap = 128 << 20;
  CgroupWrites writes;
  PidsV1(resources, &writes);
  CpuV1(resources, &writes);
  MemoryV1(resources, &writes);
  CHECK(ValueOf(writes, "pids.max") == "20");
  CHECK(ValueOf(writes, "cpu.cfs_quota_us") == "50000");
  CHECK(ValueOf(writes, "cpu.shares") == "1024");
  CHECK(ValueOf(writes, "memory.limit_in_bytes") == "67108864");
  CHECK(ValueOf(writes, "memory.memsw.limit_in_bytes") == "134217728");
  CHECK(ValueOf(writes, "memory.soft_limit_in_bytes") == "-1");
}

TEST_CASE("limits become v2 files") {
  LinuxResources resources;
  resources.cpu_quota = 50000;
  resources.cpu_shares = 1024;
  resources.memory_limit = 64 << 20;
  resources.memory_swap = 64 << 20;
  resources.blkio_weight = 500;
  resources.read_bps = {{8, 0, 1048576}};
  resources.write_iops = {{8, 0, 100}};
  CgroupWrites writes;
  CpuV2(resources, &writes);
  MemoryV2(resources, &writes);
  IoV2(resources, &writes);
  CHECK(ValueOf(writes, "cpu.max") == "50000 100000");
  CHECK(ValueOf(writes, "cpu.weight") == "100");
  CHECK(ValueOf(writes, "memory.max") == "67108864");
  CHECK(ValueOf(writes, "memory.swap.max") == "0");
  CHECK(ValueOf(writes, "io.weight") == "default 4950");
  REQUIRE(writes.tables.size() == 2);
  CHECK(writes.tables[0].rows.empty());
  CHECK(writes.tables[1].rows.at("8:0") == "rbps=1048576 wbps=max riops=max wiops=100");
}

TEST_CASE("what nobody asks for goes back to the default, or to the parent's value") {
  CgroupWrites writes;
  BlkioV1({}, &writes);
  CHECK(ValueOf(writes, "blkio.bfq.weight") == "100");
  writes = {};
  CpusetV2({}, &writes);
  REQUIRE(writes.writes.size() == 2);
  CHECK(writes.writes[0].inherited_from == "cpuset.cpus.effective");
  writes.writes[0].value = "0-1";
  CHECK(IsHeld(writes.writes[0], "\n"));
  CHECK(IsHeld(writes.writes[0], "0,1\n"));
  CHECK(!IsHeld(writes.writes[0], "1\n"));
}

TEST_CASE("the OOM switch is in the first line") {
  LinuxResources resources;
  resources.disable_oom_killer = true;
  CgroupWrites writes;
  MemoryV1(resources, &writes);
  const auto oom = std::ranges::find(writes.writes, "memory.oom_control", &CgroupWrite::file);
  REQUIRE(oom != writes.writes.end());
  CHECK(IsHeld(*oom, "oom_kill_disable 1\nunder_oom 0\noom_kill 0\n"));
  CHECK(!IsHeld(*oom, "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n"));
}

TEST_CASE("the ends of cpu.shares meet the ends of cpu.weight") {
  const auto weight = [](uint64_t shares) {
    LinuxResources resources;
    resources.cpu_shares = shares;
    CgroupWrites writes;
    CpuV2(resources, &writes);
    return ValueOf(writes, "cpu.weight");
  };
  CHECK(weight(2) == "1");
  CHECK(weight(1024) == "100");
  CHECK(weight(262144) == "10000");
}

TEST_CASE("a rule for everything ends the device program") {
  const std::vector<bpf_insn> deny_all = DeviceProgram({{false, 'a', -1, -1, "rwm"}});
  const std::vector<bpf_insn> allow_null = DeviceProgram({{false, 'a', -1, -1, "rwm"}, {true, 'c', 1, 3, "rwm"}});
  CHECK(deny_all.size() == 8);
  CHECK(allow_null.size() == 8 + 5);
}

class OwnCgroup {
 public:
  OwnCgroup() : path("/berth/berthtest-" + std::to_string(::getpid()) + "/leaf") {}
  ~OwnCgroup() {
    CHECK(KillCgroup(host, path, 2000).has_value());
    CHECK(RemoveCgroup(host, path).has_value());
    CHECK(RemoveCgroup(host, path.substr(0, path.rfind('/'))).has_value());
    PruneCgroup(host, "/berth");
  }
  std::string path;
  CgroupHost host = *DetectCgroupHost();
};

pid_t SpawnMember(const CgroupHost& host, const std::string& path) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::_exit(JoinAll(host, path) ? (::pause(), 0) : 1);
  }
  return pid;
}

bool WaitForMember(const CgroupHost& host, const std::string& path) {
  for (int tries = 0; tries < 1000 && CgroupProcesses(host, path).empty(); ++tries) {
    ::usleep(1000);
  }
  return !CgroupProcesses(host, path).empty();
}

TEST_CASE("v2: a period without a quota is a wish, which a new cgroup gets, too") {
  LinuxResources resources;
  resources.cpu_period = 50000;
  CgroupWrites writes;
  CpuV2(resources, &writes);
  const auto max = std::find_if(writes.writes.begin(), writes.writes.end(),
                                [](const CgroupWrite& write) { return write.file == "cpu.max"; });
  REQUIRE(max != writes.writes.end());
  CHECK(max->value == "max 50000");
  CHECK_FALSE(max->is_default);
}

// As one leaves it that is killed between making a cpuset and filling it.
TEST_CASE("a cpuset that was left empty is filled before another one is made in it") {
  OwnCgroup own;
  const Controller* const cpuset = own.host.Find("cpuset");
  if (::geteuid() != 0 || cpuset == nullptr || cpuset->version != CgroupVersion::kV1 || cpuset->mount_point.empty()) {
    MESSAGE("skipped: needs root and a cpuset hierarchy of v1");
    return;
  }
  const std::string parent = cpuset->mount_point + own.path.substr(0, own.path.rfind('/'));
  (void)::mkdir((cpuset->mount_point + "/berth").c_str(), 0755);
  REQUIRE(::mkdir(parent.c_str(), 0755) == 0);
  REQUIRE(CreateCgroup(own.host, own.path).has_value());
  for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
    CHECK(ReadFileAt(AT_FDCWD, parent + file).value_or("\n") != "\n");
    CHECK(ReadFileAt(AT_FDCWD, cpuset->mount_point + own.path + file).value_or("\n") != "\n");
  }
}

TEST_CASE("a cgroup is made, limited, compared, frozen, killed and removed") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: needs root");
    return;
  }
  OwnCgroup own;
  REQUIRE(CreateCgroup(own.host, own.path).has_value());
  LinuxResources resources;
  resources.pids_limit = 17;
  resources.memory_limit = 32 << 20;
  resources.memory_swap = 64 << 20;
  resources.cpu_quota = 20000;
  resources.devices = {{false, 'a', -1, -1, "rwm"}, {true, 'c', 1, 3, "rwm"}};
  REQUIRE(ApplyResources(own.host, own.path, resources, CgroupAge::kUsed).has_value());
  CHECK(Differences(own.host, own.path, resources)->empty());

  LinuxResources larger = resources;
  larger.memory_limit = 48 << 20;
  larger.memory_swap = 96 << 20;
  const auto differences = *Differences(own.host, own.path, larger);
  CHECK(std::any_of(differences.begin(), differences.end(), [](const CgroupDifference& difference) {
    return difference.controller == "memory" && difference.actual == "33554432";
  }));
  CHECK(ApplyResources(own.host, own.path, larger, CgroupAge::kUsed).has_value());
  CHECK(ApplyResources(own.host, own.path, resources, CgroupAge::kUsed).has_value());
  CHECK(ApplyResources(own.host, own.path, LinuxResources{}, CgroupAge::kUsed).has_value());
  CHECK(ReadUsage(own.host, own.path).memory_limit == -1);

  const pid_t member = SpawnMember(own.host, own.path);
  REQUIRE(WaitForMember(own.host, own.path));
  CHECK(ReadUsage(own.host, own.path).processes == 1);
  CHECK(SetFrozen(own.host, own.path, true).has_value());
  CHECK(ReadUsage(own.host, own.path).frozen);
  CHECK(KillCgroup(own.host, own.path, 2000).has_value());  // although frozen
  int status = 0;
  CHECK(::waitpid(member, &status, 0) == member);
  CHECK(WTERMSIG(status) == SIGKILL);
}

// Every attached program must allow an access, so one left behind would go on refusing.
TEST_CASE("v2: new device rules take the place of the old ones") {
  OwnCgroup own;
  if (::geteuid() != 0 || own.host.unified.empty()) {
    MESSAGE("skipped: needs root and a cgroup v2 tree");
    return;
  }
  REQUIRE(CreateCgroup(own.host, own.path).has_value());
  const UniqueFd directory = *OpenUnified(own.host, own.path);
  const auto opens = [&own](const char* path) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::_exit(JoinAll(own.host, own.path) && ::open(path, O_RDWR) < 0 ? errno : 0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
  };
  const DeviceRule nothing{false, 'a', -1, -1, "rwm"};
  CHECK(opens("/dev/null") == 0);
  REQUIRE(AttachDeviceProgram(directory.get(), {nothing}).has_value());
  CHECK(opens("/dev/null") == EPERM);
  REQUIRE(AttachDeviceProgram(directory.get(), {nothing, {true, 'c', 1, 3, "rw"}}).has_value());
  CHECK(opens("/dev/null") == 0);
  CHECK(opens("/dev/zero") == EPERM);
  REQUIRE(AttachDeviceProgram(directory.get(), {nothing, {true, 'c', 1, 5, "rw"}}).has_value());
  CHECK(opens("/dev/null") == EPERM);
  CHECK(opens("/dev/zero") == 0);
}

TEST_CASE("a missing controller is named") {
  CgroupHost host;
  host.has_v1 = true;
  host.controllers = {{"cpu", CgroupVersion::kV1, 1, "/sys/fs/cgroup/cpu"}, {"memory", CgroupVersion::kV1, 0, ""}};
  LinuxResources resources;
  resources.memory_limit = 1 << 20;
  resources.pids_limit = 5;
  const auto unsupported = UnsupportedResources(host, resources);
  REQUIRE(unsupported.size() == 2);
  CHECK(unsupported[0].controller == "pids");
  CHECK(unsupported[0].reason == "this kernel does not have it");
  CHECK(unsupported[1].controller == "memory");
}

}  // namespace
}  // namespace berth
