// Namespaces that containers share or keep.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <csignal>

#include "base/file.h"
#include "base/process.h"
#include "container_fixture.h"
#include "runtime/pins.h"
#include "support/container.h"

using berth::ContainerFixture;
using berth::NamespaceType;
using berth::Outcome;
using berth::Running;

namespace {

void Without(berth::RuntimeSpec& spec, NamespaceType type) {
  std::erase_if(spec.namespaces, [type](const berth::Namespace& ns) { return ns.type == type; });
}

void SetPath(berth::RuntimeSpec& spec, NamespaceType type, const std::string& path) {
  for (berth::Namespace& ns : spec.namespaces) {
    if (ns.type == type) {
      ns.path = path;
    }
  }
}

std::string BootId() {
  const std::string text = *berth::ReadFileAt(AT_FDCWD, "/proc/sys/kernel/random/boot_id");
  return text.substr(0, text.find('\n'));
}

std::string StatusOf(pid_t pid, uint64_t start_time, const std::string& boot_id) {
  return "version=1\nboot_id=" + boot_id + "\npid=" + std::to_string(pid) +
         "\npid_start=" + std::to_string(start_time) + "\n";
}

// "net:[4026531840]" of a namespace file.
std::string NamespaceName(const std::string& path, const std::string& kind) {
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return kind + ":[" + std::to_string(status.st_ino) + "]\n";
}

struct Peer {
  Peer() {
    fixture.Script("echo ready; while :; do sleep 0.1; done");
    running = fixture.Start();
    REQUIRE_STARTED(running);
    ContainerFixture::ReadUntil(running, "ready\n");
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() {
    ::kill(running.pid, SIGKILL);
    fixture.Finish(std::move(running));
  }
  [[nodiscard]] std::string Namespace(const std::string& kind) const {
    return "/proc/" + std::to_string(running.pid) + "/ns/" + kind;
  }

  ContainerFixture fixture;
  Running running;
};

}  // namespace

TEST_CASE("join: another container's network, ipc and uts namespaces by path") {
  NEED_CONTAINERS();
  const Peer peer;
  ContainerFixture fixture;
  SetPath(fixture.spec, NamespaceType::kNetwork, peer.Namespace("net"));
  SetPath(fixture.spec, NamespaceType::kIpc, peer.Namespace("ipc"));
  SetPath(fixture.spec, NamespaceType::kUts, peer.Namespace("uts"));
  fixture.spec.hostname = "ignored";
  fixture.Script("for n in net ipc uts; do readlink /proc/self/ns/$n; done; hostname");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == NamespaceName(peer.Namespace("net"), "net") + NamespaceName(peer.Namespace("ipc"), "ipc") +
                              NamespaceName(peer.Namespace("uts"), "uts") + "berthtest\n");
  CHECK(outcome.warnings ==
        std::vector<std::string>{"hostname: the uts namespace is another's, which keeps its names"});
}

TEST_CASE("join: another container's pid namespace by its status") {
  NEED_CONTAINERS();
  const Peer peer;
  const uint64_t start = *berth::ProcessStartTime(peer.running.pid);
  ContainerFixture fixture;
  Without(fixture.spec, NamespaceType::kPid);
  fixture.supervise.join_pid = "peer";
  REQUIRE(::mkdir(fixture.Path("run/peer").c_str(), 0700) == 0);
  SUBCASE("that runs") {
    fixture.Write("run/peer/status", StatusOf(peer.running.pid, start, BootId()));
    fixture.Script("readlink /proc/self/ns/pid; cat /proc/1/cmdline | grep -c ready");
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == NamespaceName(peer.Namespace("pid"), "pid") + "1\n");
  }
  SUBCASE("whose pid is another process by now") {
    fixture.Write("run/peer/status", StatusOf(peer.running.pid, start + 1, BootId()));
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "pid namespace");
    CHECK(outcome.failed->errnum == ESRCH);
  }
  SUBCASE("of an earlier boot") {
    fixture.Write("run/peer/status", StatusOf(peer.running.pid, start, "another"));
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(outcome.failed->errnum == ESRCH);
  }
  SUBCASE("that has not started") {
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(outcome.failed->errnum == ENOENT);
    CHECK(std::string(outcome.failed->what).find("container peer") != std::string::npos);
  }
  SUBCASE("whose id is a path") {
    fixture.supervise.join_pid = "../peer";
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(outcome.failed->errnum == 0);
  }
}

TEST_CASE("join: a pin that is no namespace, as its container has not started, is told so") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.Write("run/a/net", "");
  SetPath(fixture.spec, NamespaceType::kNetwork, fixture.Path("run/a/net"));
  const Outcome outcome = fixture.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->what).ends_with("is no namespace; its container has not started"));
}

TEST_CASE("join: the host's namespaces are kept where the spec has none of its own") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  std::string expected;
  for (const auto& [type, kind] : {std::pair{NamespaceType::kNetwork, "net"}, std::pair{NamespaceType::kIpc, "ipc"},
                                   std::pair{NamespaceType::kUts, "uts"}, std::pair{NamespaceType::kPid, "pid"}}) {
    Without(fixture.spec, type);
    expected += NamespaceName(std::string("/proc/self/ns/") + kind, kind);
  }
  fixture.Script("for n in net ipc uts pid; do readlink /proc/self/ns/$n; done");
  SUBCASE("and their sysctls are not written") {
    fixture.spec.sysctl = {{"net.ipv4.ip_forward", "1"}};
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "sysctl net.ipv4.ip_forward");
  }
  SUBCASE("and seen") {
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == expected);
  }
}

TEST_CASE("pins: the first who joins a container's namespace pins it") {
  NEED_CONTAINERS();
  const Peer peer;
  ContainerFixture fixture;
  const std::string run_dir = fixture.Path("run/peer");
  REQUIRE(::mkdir(run_dir.c_str(), 0700) == 0);
  fixture.Write("run/peer/status", StatusOf(peer.running.pid, *berth::ProcessStartTime(peer.running.pid), BootId()));
  SetPath(fixture.spec, NamespaceType::kNetwork, run_dir + "/ns/net");
  SetPath(fixture.spec, NamespaceType::kUts, run_dir + "/ns/uts");
  fixture.Script("readlink /proc/self/ns/net; readlink /proc/self/ns/uts");
  const std::string expected =
      NamespaceName(peer.Namespace("net"), "net") + NamespaceName(peer.Namespace("uts"), "uts");
  const Outcome first = fixture.Run();
  REQUIRE_STARTED(first);
  CHECK(first.output == expected);
  const auto run = berth::OpenAt(AT_FDCWD, run_dir, O_RDONLY | O_DIRECTORY);
  REQUIRE(run);
  CHECK(berth::MountedPins(run->get()) == 0b0101U);
  // From now on it is there without its owner.
  REQUIRE(::unlink((run_dir + "/status").c_str()) == 0);
  const Outcome second = fixture.Run();
  REQUIRE_STARTED(second);
  CHECK(second.output == expected);
  CHECK(berth::UnmountPins(run->get(), 0b0001U));
  CHECK(berth::MountedPins(run->get()) == 0b0001U);
  CHECK(berth::UnmountPins(run->get(), 0));
  CHECK(berth::MountedPins(run->get()) == 0);
  const Outcome third = fixture.Run();
  REQUIRE(third.failed);
  CHECK(std::string(third.failed->step) == "network namespace");
  CHECK(std::string(third.failed->what).find("container peer") != std::string::npos);
}

TEST_CASE("pins: a container whose namespace was pinned is started in it again") {
  NEED_CONTAINERS();
  const Peer peer;
  ContainerFixture fixture;
  REQUIRE(::mkdir(fixture.Path("run/a/ns").c_str(), 0700) == 0);
  fixture.Write("run/a/ns/net", "");
  const std::string pin = fixture.Path("run/a/ns/net");
  REQUIRE(::mount(peer.Namespace("net").c_str(), pin.c_str(), nullptr, MS_BIND, nullptr) == 0);
  fixture.Script("readlink /proc/self/ns/net");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == NamespaceName(peer.Namespace("net"), "net"));
}
