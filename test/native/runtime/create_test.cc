#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "base/file.h"
#include "container_fixture.h"
#include "support/container.h"

using berth::ContainerFixture;
using berth::Outcome;

namespace {

// Lines of the host's mount table that name `path`.
size_t HostMounts(const std::string& path) {
  const std::string table = *berth::ReadFileAt(AT_FDCWD, "/proc/self/mountinfo");
  size_t count = 0;
  for (size_t at = table.find(path); at != std::string::npos; at = table.find(path, at + 1)) {
    ++count;
  }
  return count;
}

std::string LineWith(const std::string& text, const std::string& what) {
  const size_t at = text.find(what);
  if (at == std::string::npos) {
    return "";
  }
  const size_t begin = text.rfind('\n', at) == std::string::npos ? 0 : text.rfind('\n', at) + 1;
  return text.substr(begin, text.find('\n', at) - begin);
}

}  // namespace

TEST_CASE("create: the command's output and exit code come back, and the host's mount table stays as it was") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.Script("cat /etc/motd; hostname; echo $$; exit 42");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "from the top layer\nberthtest\n1\n");
  CHECK(outcome.exit_code == 42);
  CHECK(HostMounts(fixture.Path("")) == 0);
}

TEST_CASE("create: a container sees its own cgroup as the root, and only its own files of it") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.Script(
      "cat /proc/self/cgroup; cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max; touch /sys/fs/cgroup/x");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output.find("berth") == std::string::npos);
  const bool has_v1 = berth::DetectCgroupHost()->has_v1;
  CHECK(outcome.output.find(has_v1 ? ":pids:/\n" : "0::/\n") != std::string::npos);
  CHECK(outcome.output.find("\n64\n") != std::string::npos);
  CHECK(outcome.output.find("Read-only file system") != std::string::npos);
}

TEST_CASE("create: capabilities, no_new_privs, rlimits and oom score are the spec's") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.Script("cat /proc/self/status /proc/self/limits; echo oom $(cat /proc/self/oom_score_adj); umask");
  fixture.spec.process.user.umask = 027;
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(LineWith(outcome.output, "CapEff:") == "CapEff:\t00000000000000a1");
  CHECK(LineWith(outcome.output, "CapBnd:") == "CapBnd:\t00000000000000a1");
  CHECK(LineWith(outcome.output, "CapInh:") == "CapInh:\t0000000000000000");
  CHECK(LineWith(outcome.output, "CapAmb:") == "CapAmb:\t0000000000000000");
  CHECK(LineWith(outcome.output, "NoNewPrivs:") == "NoNewPrivs:\t1");
  CHECK(LineWith(outcome.output, "Max open files").find("512                  1024") != std::string::npos);
  CHECK(outcome.output.find("oom 100\n0027\n") != std::string::npos);
}

TEST_CASE("create: an ordinary user has its ids, no capabilities and may open its stdio again") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.spec.process.user = {.uid = 1000, .gid = 1001, .umask = {}, .additional_gids = {5, 6}};
  fixture.Script(
      "id -u; id -g; id -G; grep CapEff /proc/self/status; echo again > /dev/stderr; ls /proc/self/fd | wc -l");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  // Four descriptors: stdio and the listing's own.
  CHECK(outcome.output == "1000\n1001\n1001 5 6\nCapEff:\t0000000000000000\nagain\n4\n");
}

TEST_CASE("create: /dev holds the usual nodes and links, masked paths are empty and protected ones read-only") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.spec.devices.push_back({.path = "/dev/sub/zero2", .type = 'c', .major = 1, .minor = 5, .file_mode = 0600});
  fixture.Script(
      "stat -c '%n %t:%T %a' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/sub/zero2;"
      "readlink /dev/fd; readlink /dev/ptmx; head -c 1 /proc/version | wc -c; ls /sys/firmware | wc -l;"
      "echo 1 > /proc/sys/kernel/domainname; echo x > /etc/motd; touch /sys/firmware/x");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  INFO(outcome.output);
  CHECK(outcome.output.starts_with(
      "/dev/null 1:3 666\n/dev/zero 1:5 666\n/dev/full 1:7 666\n/dev/random 1:8 666\n/dev/urandom 1:9 666\n"
      "/dev/tty 5:0 666\n/dev/sub/zero2 1:5 600\n/proc/self/fd\npts/ptmx\n0\n0\n"));
  CHECK(outcome.output.find("can't create /proc/sys/kernel/domainname: Read-only") != std::string::npos);
  CHECK(outcome.output.find("can't create /etc/motd: Read-only") != std::string::npos);
  CHECK(outcome.output.find("/sys/firmware/x: Read-only") != std::string::npos);
}

TEST_CASE("create: a read-only root still takes writes in its mounts and gets its working directory") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.spec.root_readonly = true;
  fixture.spec.process.cwd = "/srv/app";
  fixture.Script("pwd; touch /x; touch /dev/shm/y && echo shm");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "/srv/app\ntouch: /x: Read-only file system\nshm\n");
}

TEST_CASE("create: what was written is in the container's layer and there again at the next start") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.Script("echo kept > /kept");
  REQUIRE_STARTED(fixture.Run());
  CHECK(fixture.Read("overlay2/c/diff/kept") == "kept\n");
  fixture.Script("cat /kept");
  CHECK(fixture.Run().output == "kept\n");
}

TEST_CASE("create: bind mounts of files and directories, read-only ones, and files that the image lacks") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.Write("containers/a/hosts", "127.0.0.1 localhost\n");
  fixture.spec.mounts.push_back({"/etc/deep/hosts", "bind", fixture.Path("containers/a/hosts"), {"bind", "ro"}});
  fixture.spec.mounts.push_back({"/data", "bind", fixture.Path("volumes/data/_data"), {"rbind", "rro"}});
  fixture.Script("cat /etc/deep/hosts; echo x > /etc/deep/hosts; touch /data/x");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output ==
        "127.0.0.1 localhost\n/bin/sh: can't create /etc/deep/hosts: Read-only file system\n"
        "touch: /data/x: Read-only file system\n");
}

TEST_CASE("create: symlinks of the image lead mounts nowhere outside of it") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  const std::string outside = fixture.Path("outside");
  REQUIRE(::mkdir(outside.c_str(), 0755) == 0);
  REQUIRE(::symlink(outside.c_str(), fixture.Path("overlay2/top/diff/abs").c_str()) == 0);
  REQUIRE(::symlink("../../../../../../tmp", fixture.Path("overlay2/top/diff/rel").c_str()) == 0);
  fixture.spec.mounts.push_back({"/abs/dir", "tmpfs", "tmpfs", {}});
  fixture.spec.mounts.push_back({"/rel/berthtest-inside", "tmpfs", "tmpfs", {}});
  fixture.spec.process.cwd = "/abs/cwd";
  fixture.Script("ls " + outside + "; ls -d /tmp/berthtest-inside");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "cwd\ndir\n/tmp/berthtest-inside\n");
  CHECK(std::filesystem::is_empty(outside));
  CHECK_FALSE(std::filesystem::exists("/tmp/berthtest-inside"));
}

TEST_CASE("create: /proc as a symlink, mounts in /proc and working directories outside are refused") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  SUBCASE("/proc is a symlink of the image") {
    REQUIRE(::symlink("/tmp", fixture.Path("overlay2/top/diff/proc").c_str()) == 0);
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "mount /proc");
    CHECK(outcome.failed->errnum == ELOOP);
  }
  SUBCASE("a volume on /proc") {
    fixture.spec.mounts.push_back({"/proc/sys", "tmpfs", "tmpfs", {}});
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "mount /proc/sys");
    CHECK(outcome.failed->errnum == EPERM);
  }
  SUBCASE("the working directory is a descriptor of ours") {
    for (int fd = 3; fd < 16; ++fd) {
      fixture.spec.process.cwd = "/proc/self/fd/" + std::to_string(fd);
      const Outcome outcome = fixture.Run();
      REQUIRE(outcome.failed);
      CHECK(std::string(outcome.failed->step) == "cwd");
    }
  }
}

TEST_CASE("create: a command that can't be executed is told with its errno before Start") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  SUBCASE("not found") {
    fixture.spec.process.args = {"nosuch"};
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "exec");
    CHECK(outcome.failed->errnum == ENOENT);
  }
  SUBCASE("not executable") {
    fixture.spec.process.args = {"/etc/motd"};
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "exec");
    CHECK(outcome.failed->errnum == EACCES);
  }
  SUBCASE("no layer") {
    fixture.supervise.overlay_lower.emplace_back("l/NOSUCH");
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "mount overlay");
    CHECK(outcome.failed->errnum == ENOENT);
    CHECK(std::string(outcome.failed->call) == "mount");
  }
}

TEST_CASE("create: an error of the starter carries its step, too") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  for (berth::Namespace& ns : fixture.spec.namespaces) {
    if (ns.type == berth::NamespaceType::kNetwork) {
      ns.path = fixture.Path("nosuch");
    }
  }
  const Outcome outcome = fixture.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->step) == "network namespace");
  CHECK(outcome.failed->errnum == ENOENT);
}

TEST_CASE("create: a pids limit of 1 leaves room for the command alone") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.spec.resources.pids_limit = 1;
  fixture.spec.process.args = {"cat", "/etc/motd"};
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "from the top layer\n");
}

TEST_CASE("create: sysctls of own namespaces are written, others refused") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.spec.sysctl = {{"net.ipv4.ip_unprivileged_port_start", "77"}, {"kernel.shmmni", "99"}};
  fixture.Script("cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shmmni");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "77\n99\n");
  fixture.spec.sysctl = {{"kernel.panic", "1"}};
  const Outcome refused = fixture.Run();
  REQUIRE(refused.failed);
  CHECK(std::string(refused.failed->step) == "sysctl kernel.panic");
}

TEST_CASE("create: sysctls that would reach the host are refused, however they are written") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  const std::string before = berth::ReadFileAt(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward").value_or("");
  fixture.spec.sysctl = {{"net.ipv4.ip_forward", before == "1\n" ? "0" : "1"}};
  std::string name = "net.ipv4.ip_forward";
  SUBCASE("up from a namespaced one") { name = "net/../kernel/panic"; }
  SUBCASE("up and out of /proc/sys") { name = "fs/mqueue/../../../sysrq-trigger"; }
  SUBCASE("with the other separator") { name = "net.//.kernel.panic"; }
  SUBCASE("in a namespace that is the host's by its path") {
    std::ranges::find(fixture.spec.namespaces, berth::NamespaceType::kNetwork, &berth::Namespace::type)->path =
        "/proc/self/ns/net";
  }
  if (name != "net.ipv4.ip_forward") {
    fixture.spec.sysctl = {{name, "0"}};
  }
  const Outcome outcome = fixture.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->step) == "sysctl " + name);
  CHECK(outcome.failed->errnum == 0);
  CHECK(berth::ReadFileAt(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward").value_or("") == before);
}

TEST_CASE("create: namespaces are made anew at each start, with loopback up; the shared shm stays") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.supervise.shared_shm_bytes = 1 << 20;
  fixture.spec.mounts[3] = {"/dev/shm", "bind", fixture.Path("run/a/shm"), {"bind"}};
  fixture.Script("ifconfig lo | grep UP; cat /dev/shm/kept; echo kept > /dev/shm/kept");
  const Outcome first = fixture.Run();
  const Outcome second = fixture.Run();
  REQUIRE_STARTED(first);
  REQUIRE_STARTED(second);
  CHECK(first.output.find("LOOPBACK") != std::string::npos);
  CHECK(second.output.ends_with("kept\n"));
  CHECK_FALSE(std::filesystem::exists(fixture.Path("run/a/ns")));
}

TEST_CASE("create: init at pid 1 reaps, forwards signals and gives the command's exit code") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.supervise.init = true;
  fixture.Script("echo pid $$; trap 'echo got term; exit 7' TERM; echo ready; while :; do sleep 0.1; done");
  berth::Running running = fixture.Start();
  REQUIRE_STARTED(running);
  CHECK(ContainerFixture::ReadUntil(running, "ready\n") == "pid 2\nready\n");
  REQUIRE(::kill(running.pid, SIGTERM) == 0);
  const Outcome outcome = fixture.Finish(std::move(running));
  CHECK(outcome.output == "got term\n");
  CHECK(outcome.exit_code == 7);
}

TEST_CASE("create: a terminal is the container's own and its controlling one") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.spec.process.terminal = true;
  fixture.spec.process.console_height = 31;
  fixture.spec.process.console_width = 99;
  fixture.Script("tty; stty size; stat -c %t /dev/console; echo ctty > /dev/tty");
  SUBCASE("as pid 1") {}
  SUBCASE("below a reaper") { fixture.supervise.init = true; }
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "/dev/pts/0\r\n31 99\r\n88\r\nctty\r\n");
}

TEST_CASE("create: a new volume takes the image's content, once") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  const std::string image = fixture.Path("overlay2/top/diff/data");
  REQUIRE(::mkdir(image.c_str(), 0755) == 0);
  fixture.Write("overlay2/top/diff/data/file", "content\n");
  REQUIRE(::link((image + "/file").c_str(), (image + "/hard").c_str()) == 0);
  REQUIRE(::symlink("file", (image + "/soft").c_str()) == 0);
  REQUIRE(::mkfifo((image + "/fifo").c_str(), 0640) == 0);
  REQUIRE(::setxattr((image + "/file").c_str(), "user.kept", "yes", 3, 0) == 0);
  REQUIRE(::chmod((image + "/file").c_str(), 04711) == 0);
  REQUIRE(::chown(image.c_str(), 33, 44) == 0);
  REQUIRE(::chmod(image.c_str(), 02750) == 0);
  const std::string data = fixture.Path("volumes/data/_data");
  fixture.supervise.volume_copies = {{data, "/data"}};
  fixture.spec.mounts.push_back({"/data", "bind", data, {"rbind"}});
  for (uint64_t* set : {&fixture.spec.process.capabilities->bounding, &fixture.spec.process.capabilities->effective,
                        &fixture.spec.process.capabilities->permitted}) {
    *set |= uint64_t{1} << CAP_DAC_OVERRIDE;
  }
  fixture.Script(
      "stat -c '%u:%g %a' /data; stat -c '%a %h' /data/file /data/hard; readlink /data/soft; stat -c '%F %a' "
      "/data/fifo");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "33:44 2750\n4711 2\n4711 2\nfile\nfifo 640\n");
  char value[4] = {};
  CHECK(::getxattr((data + "/file").c_str(), "user.kept", value, 3) == 3);
  CHECK_FALSE(std::filesystem::exists(fixture.Path("volumes/data/_copy")));
  CHECK_FALSE(std::filesystem::exists(fixture.Path("volumes/data/_copied")));

  fixture.Script("echo changed > /data/file; ls /data | wc -l");
  REQUIRE_STARTED(fixture.Run());
  fixture.Script("cat /data/file");
  CHECK(fixture.Run().output == "changed\n");
}

TEST_CASE("create: every process is in the container's cgroup of each hierarchy") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.Script("echo ready; while :; do sleep 0.1; done");
  berth::Running running = fixture.Start();
  REQUIRE_STARTED(running);
  ContainerFixture::ReadUntil(running, "ready\n");
  const std::string own = *berth::ReadFileAt(AT_FDCWD, "/proc/" + std::to_string(running.pid) + "/cgroup");
  const auto host = *berth::DetectCgroupHost();
  for (const char* name : {"pids", "memory", "cpu", "devices", "freezer"}) {
    const berth::Controller* const controller = host.Find(name);
    const bool v1 = controller != nullptr && controller->version == berth::CgroupVersion::kV1;
    if (v1 && !controller->mount_point.empty()) {
      CAPTURE(name);
      CHECK(LineWith(own, name).ends_with(":" + fixture.spec.cgroups_path));
    }
  }
  if (!host.unified.empty()) {
    CHECK(LineWith(own, "0::") == "0::" + fixture.spec.cgroups_path);
  }
  ::kill(running.pid, SIGKILL);
  fixture.Finish(std::move(running));
}

TEST_CASE("create: a session keyring of its own, which nobody else can offer it") {
  NEED_CONTAINERS();
  if (::access("/proc/keys", R_OK) != 0) {
    BERTH_SKIP("this kernel has no /proc/keys");
  }
  ContainerFixture fixture;
  fixture.supervise.id = "berthtest" + std::to_string(::getpid());
  // Those that it holds are marked I; the kernel shows keyrings of others of the same user, too.
  fixture.Script("grep -o 'keyring *_ses[.a-z0-9]*' /proc/keys | tr -s ' '");
  const std::string own = "keyring _ses." + fixture.supervise.id + "\n";
  const auto before = berth::ReadFileAt(AT_FDCWD, "/proc/keys");
  REQUIRE(before);
  CHECK(before->find(fixture.supervise.id) == std::string::npos);
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output.find(own) != std::string::npos);

  // One of the same name that lets itself be found by its owner, and seen by who holds it alone.
  const std::string name = "_ses." + fixture.supervise.id;
  const auto session = static_cast<int>(::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name.c_str()));
  REQUIRE(session > 0);
  REQUIRE(::syscall(SYS_keyctl, KEYCTL_SETPERM, session, 0x3f080000) == 0);
  fixture.Script("grep -c '3f080000.*_ses' /proc/keys");
  const Outcome offered = fixture.Run();
  ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
  REQUIRE_STARTED(offered);
  CHECK(offered.output == "0\n");
}

TEST_CASE("create: a failed start leaves no process, and no mount on the host") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  SUBCASE("early") { fixture.supervise.overlay_lower.emplace_back("l/NOSUCH"); }
  SUBCASE("late") { fixture.spec.process.args = {"nosuch"}; }
  SUBCASE("at the reaper") {
    fixture.supervise.init = true;
    fixture.spec.resources.pids_limit = 1;
  }
  const Outcome outcome = fixture.Run();
  REQUIRE(outcome.failed);
  CHECK(outcome.exit_code == 1);
  CHECK(HostMounts(fixture.Path("")) == 0);
  CHECK(berth::CgroupProcesses(*berth::DetectCgroupHost(), fixture.spec.cgroups_path).empty());
}

TEST_CASE("exec: a pid that belongs to another process by now is ESRCH") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  berth::Running gone;
  gone.pid = ::getpid();
  const Outcome outcome = fixture.Exec(gone, fixture.spec.process, 1);
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->step) == "container");
  CHECK(outcome.failed->errnum == ESRCH);
}

TEST_CASE("exec: runs in the container's namespaces, cgroup and root, with its own process settings") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  fixture.Script("echo ready; while :; do sleep 0.1; done");
  berth::Running running = fixture.Start();
  REQUIRE_STARTED(running);
  ContainerFixture::ReadUntil(running, "ready\n");
  berth::Process process = fixture.spec.process;
  process.args = {"/bin/sh", "-c",
                  "hostname; cat /proc/self/cgroup; for n in net ipc uts pid mnt cgroup; do"
                  " [ $(readlink /proc/self/ns/$n) = $(readlink /proc/1/ns/$n) ] || echo $n differs; done; exit 9"};
  SUBCASE("without a terminal") {
    const Outcome outcome = fixture.Exec(running, process);
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output.starts_with("berthtest\n"));
    CHECK(outcome.output.find("berth/") == std::string::npos);
    CHECK(outcome.output.find("/..") == std::string::npos);  // how a cgroup outside of the namespace's root is told
    CHECK(outcome.output.find("differs") == std::string::npos);
    CHECK(outcome.exit_code == 9);
  }
  SUBCASE("with a terminal") {
    process.terminal = true;
    process.args = {"tty"};
    const Outcome outcome = fixture.Exec(running, process);
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == "/dev/pts/0\r\n");
  }
  SUBCASE("as another user, in a directory of its own") {
    process.user = {.uid = 7, .gid = 8, .umask = {}, .additional_gids = {}};
    process.cwd = "/etc";
    process.args = {"/bin/sh", "-c", "id -u; pwd"};
    CHECK(fixture.Exec(running, process).output == "7\n/etc\n");
  }
  SUBCASE("with its own capabilities, limits and oom score") {
    process.capabilities = berth::CapabilitySets{.bounding = 1, .effective = 1, .permitted = 1};
    process.rlimits = {{.type = "RLIMIT_CORE", .soft = 0, .hard = 0}};
    process.oom_score_adj = 300;
    process.args = {"/bin/sh", "-c",
                    "grep -E 'Cap(Eff|Bnd)' /proc/self/status; ulimit -c; cat /proc/self/oom_score_adj;"
                    "ls /proc/self/fd | wc -l"};
    CHECK(fixture.Exec(running, process).output == "CapEff:\t0000000000000001\nCapBnd:\t0000000000000001\n0\n300\n4\n");
  }
  SUBCASE("a command that is missing") {
    process.args = {"nosuch"};
    const Outcome outcome = fixture.Exec(running, process);
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "exec");
    CHECK(outcome.failed->errnum == ENOENT);
  }
  ::kill(running.pid, SIGKILL);
  CHECK(fixture.Finish(std::move(running)).exit_code == 128 + SIGKILL);
}
