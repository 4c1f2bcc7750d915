#include "runtime/user_namespace.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "base/file.h"
#include "container_fixture.h"
#include "support/container.h"

using berth::ContainerFixture;
using berth::Outcome;

namespace {

constexpr uint32_t kFirst = 200000;

// The fixture's container in a user namespace of its own, with 65536 ids from kFirst.
void InUserNamespace(ContainerFixture& fixture) {
  fixture.spec.namespaces.push_back({berth::NamespaceType::kUser, ""});
  fixture.spec.ids = {.uids = {{0, kFirst, 65536}}, .gids = {{0, kFirst, 65536}}};
}

std::string OwnerOf(const std::string& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 ? std::to_string(status.st_uid) + ":" + std::to_string(status.st_gid)
                                             : "missing";
}

std::string FieldOf(pid_t pid, const std::string& key) {
  const std::string text = *berth::ReadFileAt(AT_FDCWD, "/proc/" + std::to_string(pid) + "/status");
  const size_t at = text.find("\n" + key + ":");
  return text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

// A program of the host with its libraries, in the image's lower layer.
void CopyProgram(const ContainerFixture& fixture, const std::string& program) {
  const std::string to = fixture.Path("overlay2/base/diff");
  const std::string command = "cp -L --parents $(ldd " + program + " | grep -o '/[^ ]*') " + to + " && cp " + program +
                              " " + to + "/bin/real-" + program.substr(program.rfind('/') + 1);
  REQUIRE(::system(command.c_str()) == 0);
}

void GiveFileCapability(const std::string& path, int capability) {
  vfs_cap_data data{};
  data.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE;
  data.data[0].permitted = 1U << static_cast<unsigned>(capability);
  REQUIRE(::setxattr(path.c_str(), "security.capability", &data, XATTR_CAPS_SZ_2, 0) == 0);
}

}  // namespace

TEST_CASE("user namespace: an id outside is that of the mapping it falls into") {
  const std::vector<berth::IdMapping> mappings = {{0, 1000, 10}, {20, 5000, 1}};
  CHECK(berth::HostId(mappings, 0) == 1000);
  CHECK(berth::HostId(mappings, 9) == 1009);
  CHECK(berth::HostId(mappings, 20) == 5000);
  CHECK_FALSE(berth::HostId(mappings, 10));
  CHECK_FALSE(berth::HostId(mappings, 21));
}

TEST_CASE(
    "user namespace: root inside is nobody outside, and files of image and container keep the image's ids on disk") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  InUserNamespace(fixture);
  fixture.Script(
      "id -u; id -g; cat /proc/self/uid_map; stat -c %u:%g /bin/busybox / /dev /dev/null /dev/pts /dev/shm;"
      "touch /made; mkdir /d; echo more >> /etc/kept; chown 5:6 /made; stat -c %u:%g /made; "
      "hostname;"
      "echo to-null > /dev/null && grep -c 'nosuid,noexec.* - tmpfs devices' /proc/self/mountinfo; echo err >&2");
  fixture.Write("overlay2/top/diff/etc/kept", "of the image\n");
  symlink("busybox", fixture.Path("overlay2/base/diff/bin/chown").c_str());
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output ==
        "0\n0\n         0     200000      65536\n0:0\n0:0\n0:0\n0:0\n0:0\n0:0\n5:6\nberthtest\n6\nerr\n");
  CHECK(OwnerOf(fixture.Path("overlay2/c/diff/made")) == "5:6");
  CHECK(OwnerOf(fixture.Path("overlay2/c/diff/d")) == "0:0");
  CHECK(OwnerOf(fixture.Path("overlay2/c/diff/etc/kept")) == "0:0");
}

TEST_CASE("user namespace: what runs has the ids of the range, and so has what is executed in it") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  InUserNamespace(fixture);
  fixture.Script("echo up; sleep 60");
  auto running = fixture.Start();
  REQUIRE_STARTED(running);
  CHECK(ContainerFixture::ReadUntil(running, "up\n") == "up\n");
  CHECK(FieldOf(running.pid, "Uid") == "Uid:\t200000\t200000\t200000\t200000");
  CHECK(FieldOf(running.pid, "Groups") == "Groups:\t ");
  berth::Process process = fixture.spec.process;
  process.args = {"/bin/sh", "-c", "id -u; readlink /proc/1/ns/user /proc/self/ns/user; echo again > /dev/stderr"};
  process.user = {.uid = 1000, .gid = 1001, .umask = {}, .additional_gids = {}};
  const Outcome executed = fixture.Exec(running, process);
  REQUIRE_STARTED(executed);
  CHECK(executed.output.starts_with("1000\n"));
  CHECK(executed.output.ends_with("again\n"));
  process.user.uid = 70000;
  const Outcome refused = fixture.Exec(running, process);
  REQUIRE(refused.failed);
  CHECK(std::string(refused.failed->what) == "70000: is not in the user namespace");
  ::kill(running.pid, SIGKILL);
  (void)fixture.Finish(std::move(running));
}

TEST_CASE("user namespace: it owns the container's other namespaces") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  InUserNamespace(fixture);
  const uint64_t caps = 1U << CAP_NET_ADMIN | 1U << CAP_SYS_ADMIN;
  fixture.spec.process.capabilities = {.bounding = caps, .effective = caps, .permitted = caps};
  fixture.spec.sysctl = {{"net.ipv4.ip_forward", "1"}, {"kernel.shmmax", "12345"}};
  fixture.Script(
      "ifconfig lo 127.0.0.2 && ifconfig lo | grep -o 127.0.0.2; hostname other && hostname; mount -t tmpfs x /bin/.. "
      "&& echo mounted; cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "127.0.0.2\nother\nmounted\n1\n12345\n");
}

TEST_CASE("user namespace: set-user-id programs and file capabilities of the image work, within the namespace") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  InUserNamespace(fixture);
  CopyProgram(fixture, "/usr/bin/id");
  CopyProgram(fixture, "/usr/bin/cat");
  REQUIRE(::chmod(fixture.Path("overlay2/base/diff/bin/real-id").c_str(), 04755) == 0);
  GiveFileCapability(fixture.Path("overlay2/base/diff/bin/real-cat"), CAP_DAC_OVERRIDE);
  fixture.Write("overlay2/base/diff/secret", "roots own\n");
  REQUIRE(::chmod(fixture.Path("overlay2/base/diff/secret").c_str(), 0600) == 0);
  fixture.spec.process.no_new_privileges = false;
  fixture.spec.process.user = {.uid = 1000, .gid = 1000, .umask = {}, .additional_gids = {}};
  const uint64_t caps = 1U << CAP_DAC_OVERRIDE | 1U << CAP_SETUID;
  fixture.spec.process.capabilities = {.bounding = caps, .effective = 0, .permitted = 0};
  fixture.Script("/bin/real-id -u; cat /secret; /bin/real-cat /secret");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "0\ncat: can't open '/secret': Permission denied\nroots own\n");
}

TEST_CASE("user namespace: a volume keeps the image's ids, a bind shows the host's unless its ids are mapped") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  InUserNamespace(fixture);
  REQUIRE(berth::MakeDirs(AT_FDCWD, fixture.Path("overlay2/top/diff/srv"), 0755));
  fixture.Write("overlay2/top/diff/srv/file", "of the image\n");
  REQUIRE(::chown(fixture.Path("overlay2/top/diff/srv/file").c_str(), 33, 34) == 0);
  const std::string data = fixture.Path("volumes/data/_data");
  fixture.supervise.volume_copies = {{data, "/srv"}};
  fixture.spec.mounts.push_back({"/srv", "bind", data, {"rbind", "rprivate", "idmap"}, {}});
  fixture.spec.mounts.push_back({"/host", "bind", data, {"rbind", "rprivate", "ro"}, {}});
  fixture.Script("stat -c %u:%g /srv/file /host/file; touch /srv/new; touch /host/new || echo refused");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "33:34\n65534:65534\ntouch: /host/new: Read-only file system\nrefused\n");
  CHECK(OwnerOf(data + "/file") == "33:34");
  CHECK(OwnerOf(data + "/new") == "0:0");
}

TEST_CASE("mounts: mapped ids need no user namespace of the container where the mount has mappings") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  const std::string data = fixture.Path("volumes/data/_data");
  REQUIRE(::chown(data.c_str(), 7, 8) == 0);
  berth::Mount mount{"/mapped", "bind", data, {"bind"}, {.uids = {{7, 1007, 1}}, .gids = {{8, 1008, 1}}}};
  fixture.spec.mounts.push_back(mount);
  fixture.Script("stat -c %u:%g /mapped");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "1007:1008\n");

  fixture.spec.mounts.back() = {"/mapped", "bind", data, {"bind", "idmap"}, {}};
  const Outcome refused = fixture.Run();
  REQUIRE(refused.failed);
  CHECK(std::string(refused.failed->what) == "idmap: neither the mount nor the container has mappings");
}

TEST_CASE("user namespace: score and limits are the spec's and a terminal belongs to the container") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  InUserNamespace(fixture);
  fixture.spec.process.oom_score_adj = 500;
  fixture.spec.process.terminal = true;
  fixture.spec.process.rlimits = {{"RLIMIT_NOFILE", 100, 200}};
  fixture.Script("cat /proc/self/oom_score_adj; ulimit -Hn; stat -c %u $(tty)");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "500\r\n200\r\n0\r\n");
}

TEST_CASE("user namespace: a mount that is to reach the host is refused") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  InUserNamespace(fixture);
  fixture.spec.mounts.push_back({"/host", "bind", fixture.Path("volumes/data"), {"rbind", "rshared"}, {}});
  const Outcome outcome = fixture.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->what) == "shared: a container in a user namespace can't mount for the host");
}
