// Resources of the specification that are rarely asked for: what they mean in files, and who refuses them.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/write.h"
#include "support/skip.h"

namespace berth {
namespace {

std::string ValueOf(const CgroupWrites& writes, const std::string& file) {
  const auto found = std::ranges::find(writes.writes, file, &CgroupWrite::file);
  return found == writes.writes.end() ? "(absent)" : found->value;
}

// A host whose controllers are files of a directory, to see what is written.
class FakeHost {
 public:
  explicit FakeHost(CgroupVersion version) {
    std::string name = "/tmp/berthtest-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    dir_ = name;
    REQUIRE(MakeDirs(AT_FDCWD, dir_ + "/c", 0755));
    for (const char* controller : {"cpu", "memory", "hugetlb", "rdma"}) {
      host.controllers.push_back({controller, version, 0, dir_});
    }
    host.unified = version == CgroupVersion::kV2 ? dir_ : std::string();
    host.has_v1 = version == CgroupVersion::kV1;
  }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;
  ~FakeHost() { CHECK(RemoveTreeAt(AT_FDCWD, dir_)); }

  void Make(const std::string& file, const std::string& text = {}) const {
    const auto fd = OpenAt(AT_FDCWD, dir_ + "/c/" + file, O_WRONLY | O_CREAT, 0644);
    REQUIRE(fd);
    REQUIRE(WriteAll(fd->get(), text, file.c_str()));
  }
  [[nodiscard]] std::string Read(const std::string& file) const {
    return ReadFileAt(AT_FDCWD, dir_ + "/c/" + file).value_or("(absent)");
  }
  [[nodiscard]] Status Apply(const LinuxResources& resources) const {
    return ApplyResources(host, "/c", resources, CgroupAge::kNew);
  }

  CgroupHost host;

 private:
  std::string dir_;
};

TEST_CASE("cpu: burst, realtime and idle, each where its version of cgroups has a file") {
  LinuxResources resources;
  resources.cpu_quota = 50000;
  resources.cpu_burst = 20000;
  resources.cpu_realtime_period = 500000;
  resources.cpu_realtime_runtime = 1000;
  resources.cpu_idle = 1;
  CgroupWrites v1;
  CpuV1(resources, &v1);
  CHECK(ValueOf(v1, "cpu.cfs_burst_us") == "20000");
  CHECK(ValueOf(v1, "cpu.rt_period_us") == "500000");
  CHECK(ValueOf(v1, "cpu.rt_runtime_us") == "1000");
  CHECK(ValueOf(v1, "cpu.idle") == "1");
  CHECK(v1.missing.empty());
  CgroupWrites v2;
  CpuV2(resources, &v2);
  CHECK(ValueOf(v2, "cpu.max.burst") == "20000");
  CHECK(ValueOf(v2, "cpu.idle") == "1");
  CHECK(v2.missing.size() == 1);
}

TEST_CASE("what cgroup v2 has no file for is refused before anything is written") {
  const FakeHost fake(CgroupVersion::kV2);
  fake.Make("cpu.max.burst", "0");
  LinuxResources resources;
  resources.cpu_burst = 7;
  SUBCASE("realtime") {
    resources.cpu_realtime_runtime = 1000;
    CHECK(fake.Apply(resources).error().what ==
          "controller cpu: cgroup v2 has nothing of the kind for realtimeRuntime and realtimePeriod");
  }
  SUBCASE("kernel memory") {
    resources.memory_kernel = 1 << 20;
    CHECK(fake.Apply(resources).error().what == "controller memory: cgroup v2 has nothing of the kind for kernel");
  }
  SUBCASE("TCP memory") {
    resources.memory_kernel_tcp = 1 << 20;
    CHECK(fake.Apply(resources).error().what == "controller memory: cgroup v2 has nothing of the kind for kernelTCP");
  }
  CHECK(fake.Read("cpu.max.burst") == "0");
}

TEST_CASE("memory: a limit that the kernel would take and do nothing with is refused") {
  const FakeHost fake(CgroupVersion::kV1);
  LinuxResources resources;
  resources.memory_kernel = 1 << 20;
  CHECK(fake.Apply(resources).error().what ==
        "controller memory: the kernel limits no kernel memory apart from the rest any more");
  resources.memory_kernel = -1;
  resources.memory_kernel_tcp = 1 << 20;
  fake.Make("memory.kmem.tcp.limit_in_bytes");
  CHECK(fake.Apply(resources));
  CHECK(fake.Read("memory.kmem.tcp.limit_in_bytes") == "1048576");
}

TEST_CASE("huge pages: reservations where the kernel counts them, faults always") {
  LinuxResources resources;
  resources.hugepage_limits = {{.page_size = "2MB", .limit = 4194304}};
  for (const CgroupVersion version : {CgroupVersion::kV1, CgroupVersion::kV2}) {
    const FakeHost fake(version);
    const bool v1 = version == CgroupVersion::kV1;
    const std::string faults = v1 ? "hugetlb.2MB.limit_in_bytes" : "hugetlb.2MB.max";
    const std::string reservations = v1 ? "hugetlb.2MB.rsvd.limit_in_bytes" : "hugetlb.2MB.rsvd.max";
    fake.Make(faults);
    CHECK(fake.Apply(resources));
    CHECK(fake.Read(faults) == "4194304");
    CHECK(fake.Read(reservations) == "(absent)");
    fake.Make(reservations);
    CHECK(fake.Apply(resources));
    CHECK(fake.Read(reservations) == "4194304");
    resources.hugepage_limits = {{.page_size = "3MB", .limit = 1}};
    CHECK(fake.Apply(resources).error().what.starts_with("controller hugetlb: "));
    resources.hugepage_limits = {{.page_size = "2MB", .limit = 4194304}};
  }
}

TEST_CASE("rdma: a line for each device") {
  LinuxResources resources;
  resources.rdma["mlx5_0"] = {.hca_handles = 3, .hca_objects = std::nullopt};
  const FakeHost fake(CgroupVersion::kV2);
  fake.Make("rdma.max");
  CHECK(fake.Apply(resources));
  CHECK(fake.Read("rdma.max") == "mlx5_0 hca_handle=3 hca_object=max");
  CgroupHost without = fake.host;
  std::erase_if(without.controllers, [](const Controller& controller) { return controller.name == "rdma"; });
  CHECK(ApplyResources(without, "/c", resources, CgroupAge::kNew).error().what ==
        "controller rdma: this kernel does not have it");
}

TEST_CASE("memory: a limit below what is in use is refused where that is asked for") {
  const FakeHost fake(CgroupVersion::kV2);
  fake.Make("memory.max", "max");
  fake.Make("memory.current", "8388608\n");
  LinuxResources resources;
  resources.memory_limit = 4 << 20;
  resources.check_before_update = true;
  CHECK(fake.Apply(resources).error().what == "controller memory: 8388608 bytes are in use already");
  CHECK(fake.Read("memory.max") == "max");
  resources.check_before_update = false;
  CHECK(fake.Apply(resources));
  CHECK(fake.Read("memory.max") == "4194304");
}

TEST_CASE("memory: two settings that cgroup v2 dropped have no effect, which is told") {
  LinuxResources resources;
  resources.memory_swappiness = 10;
  resources.disable_oom_killer = true;
  CHECK(ResourcesWithoutEffect(FakeHost(CgroupVersion::kV1).host, resources).empty());
  CHECK(ResourcesWithoutEffect(FakeHost(CgroupVersion::kV2).host, resources).size() == 2);
  CHECK(ResourcesWithoutEffect(FakeHost(CgroupVersion::kV2).host, {}).empty());
}

TEST_CASE("unified: written as it is, or refused with its controller") {
  const FakeHost fake(CgroupVersion::kV2);
  fake.Make("new.knob");
  LinuxResources resources;
  resources.unified = {{"new.knob", "12\n13"}};
  CHECK(fake.Apply(resources));
  CHECK(fake.Read("new.knob") == "12\n13");
  resources.unified = {{"absent.knob", "1"}};
  CHECK(fake.Apply(resources).error().what == "controller absent: the unified tree has no absent.knob");
  const FakeHost old(CgroupVersion::kV1);
  CHECK(old.Apply(resources).error().what == "controller unified: this host has no cgroup v2 tree");
}

TEST_CASE("the kernel takes what it has: burst, idle, realtime, huge pages") {
  if (::geteuid() != 0) {
    BERTH_SKIP("needs root");
  }
  const CgroupHost host = *DetectCgroupHost();
  const std::string path = "/berthtest-resources-" + std::to_string(::getpid());
  REQUIRE(CreateCgroup(host, path));
  LinuxResources resources;
  resources.cpu_quota = 50000;
  resources.cpu_burst = 20000;
  resources.cpu_idle = 1;
  const Controller* const cpu = host.Find("cpu");
  const bool v1 = cpu != nullptr && cpu->version == CgroupVersion::kV1 && !cpu->mount_point.empty();
  if (v1 && ::access((cpu->mount_point + "/cpu.rt_runtime_us").c_str(), F_OK) == 0) {
    resources.cpu_realtime_runtime = 1000;
  }
  if (host.Find("hugetlb") != nullptr && !host.Find("hugetlb")->mount_point.empty()) {
    resources.hugepage_limits = {{.page_size = "2MB", .limit = 4194304}};
  }
  const auto applied = ApplyResources(host, path, resources, CgroupAge::kNew);
  CHECK_MESSAGE(applied, (applied ? "" : applied.error().what));
  CHECK(Differences(host, path, resources)->empty());
  CHECK(RemoveCgroup(host, path));
}

}  // namespace
}  // namespace berth
