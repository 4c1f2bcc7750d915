#include "container_fixture.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/file.h"
#include "base/process.h"
#include "runtime/container.h"
#include "runtime/in_root.h"

namespace berth {

namespace {

constexpr const char* kBusybox = "/bin/busybox";

constexpr const char* kConfig = R"({
  "ociVersion": "1.1.0",
  "root": {"path": "MERGED", "readonly": false},
  "process": {
    "terminal": false,
    "user": {"uid": 0, "gid": 0},
    "args": ["true"],
    "env": ["PATH=/usr/bin:/bin", "LANG=C"],
    "cwd": "/",
    "capabilities": {
      "bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"],
      "effective": ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"],
      "permitted": ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"],
      "inheritable": [], "ambient": []
    },
    "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 512, "hard": 1024}],
    "noNewPrivileges": true,
    "oomScoreAdj": 100
  },
  "hostname": "berthtest",
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=64k"]},
    {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
     "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
    {"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "nodev", "size=1m", "mode=1777"]},
    {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"]},
    {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]},
    {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "ro"]}
  ],
  "linux": {
    "namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"},
                   {"type": "cgroup"}],
    "cgroupsPath": "CGROUP",
    "resources": {"pids": {"limit": 64}},
    "maskedPaths": ["/proc/kcore", "/proc/version", "/proc/scsi", "/sys/firmware", "/proc/absent"],
    "readonlyPaths": ["/proc/sys", "/proc/sysrq-trigger", "/etc/motd"]
  }
})";

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

struct SyncPair {
  UniqueFd ours;
  UniqueFd inits;
};

SyncPair NewSyncPair() {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) == 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// A message, or nothing at end of file.
std::optional<SyncMessage> Receive(int fd) {
  SyncMessage message;
  return ::recv(fd, &message, sizeof message, 0) == sizeof message ? std::optional(message) : std::nullopt;
}

// The next one that is no warning.
std::optional<SyncMessage> ReceiveAfterWarnings(int fd, std::vector<std::string>& warnings) {
  auto message = Receive(fd);
  while (message && message->type == SyncType::kWarning) {
    warnings.push_back(std::string(message->step) + ": " + message->what);
    message = Receive(fd);
  }
  return message;
}

UniqueFd ReceiveDescriptor(int socket_fd) {
  char byte = 0;
  iovec data{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC) != 1 || CMSG_FIRSTHDR(&message) == nullptr) {
    return UniqueFd();
  }
  return UniqueFd(*reinterpret_cast<const int*>(CMSG_DATA(CMSG_FIRSTHDR(&message))));
}

// What a start gives to a process as stdio, and the test's ends of it.
struct Channels {
  Channels() {
    std::array<int, 2> pipe_ends{};
    REQUIRE(::pipe2(pipe_ends.data(), O_CLOEXEC) == 0);
    output = UniqueFd(pipe_ends[0]);
    write_end = UniqueFd(pipe_ends[1]);
    std::array<int, 2> console_ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, console_ends.data()) == 0);
    console = UniqueFd(console_ends[0]);
    console_write = UniqueFd(console_ends[1]);
    null = UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC));
  }
  [[nodiscard]] Stdio stdio() const {
    return {.in = null.get(), .out = write_end.get(), .err = write_end.get(), .console_fd = console_write.get()};
  }
  UniqueFd CloseAndTakeOutput(bool terminal) {
    write_end.Reset();
    console_write.Reset();
    return terminal ? ReceiveDescriptor(console.get()) : std::move(output);
  }

  UniqueFd output;
  UniqueFd write_end;
  UniqueFd console;
  UniqueFd console_write;
  UniqueFd null;
};

// The starter: forked, since it changes its own namespaces.
pid_t CreateInStarter(const CreateOptions& options) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const pid_t starter = ::fork();
  if (starter == 0) {
    const auto pid = CreateInit(options);
    const pid_t created = pid ? *pid : -1;
    ::_exit(::write(writer.get(), &created, sizeof created) == sizeof created ? 0 : 1);
  }
  writer.Reset();
  pid_t created = -1;
  REQUIRE(::read(reader.get(), &created, sizeof created) == sizeof created);
  ::waitpid(starter, nullptr, 0);
  return created;
}

// A terminal whose last user is gone reads as EIO.
std::string ReadToEnd(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(fd, buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<size_t>(got));
  }
  return text;
}

int WaitFor(pid_t pid) {
  int status = 0;
  if (pid <= 0 || ::waitpid(pid, &status, 0) != pid) {
    return -1;
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

const char* ContainerFixture::Unavailable() {
  if (::geteuid() != 0) {
    return "needs root";
  }
  return ::access(kBusybox, X_OK) == 0 ? nullptr : "needs busybox-static";
}

ContainerFixture::ContainerFixture() {
  std::string name = "/tmp/berthtest-XXXXXX";
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  base_ = name;
  REQUIRE(::chmod(base_.c_str(), 0711) == 0);
  for (const char* dir : {"overlay2/base/diff", "overlay2/top/diff", "overlay2/l", "overlay2/c/diff", "overlay2/c/work",
                          "overlay2/c/merged", "containers/a", "run/a", "volumes/data/_data"}) {
    REQUIRE(MakeDirs(AT_FDCWD, Path(dir), 0755));
  }
  REQUIRE(::symlink("../base/diff", Path("overlay2/l/BASE").c_str()) == 0);
  REQUIRE(::symlink("../top/diff", Path("overlay2/l/TOP").c_str()) == 0);
  MakeImage();
  MakeSpec();
  container_fd_ = *OpenAt(AT_FDCWD, Path("containers/a"), O_RDONLY | O_DIRECTORY);
  run_fd_ = *OpenAt(AT_FDCWD, Path("run/a"), O_RDONLY | O_DIRECTORY);
  cgroups_ = *DetectCgroupHost();
}

ContainerFixture::~ContainerFixture() {
  CHECK(KillCgroup(cgroups_, spec.cgroups_path, 5000));
  CHECK(RemoveCgroup(cgroups_, spec.cgroups_path));
  PruneCgroup(cgroups_, ParentPath(spec.cgroups_path));
  for (const char* mount : {"run/a/ns/net", "run/a/ns/ipc", "run/a/ns/uts", "run/a/ns/user", "run/a/shm",
                            "run/peer/ns/net", "run/peer/ns/uts", "run/peer/ns/user"}) {
    ::umount2(Path(mount).c_str(), MNT_DETACH);
  }
  const auto removed = RemoveTreeAt(AT_FDCWD, base_);
  CHECK_MESSAGE(removed, (removed ? "" : removed.error().what));
}

void ContainerFixture::MakeImage() const {
  const std::string bin = Path("overlay2/base/diff/bin");
  REQUIRE(MakeDirs(AT_FDCWD, bin, 0755));
  REQUIRE(::system(("cp " + std::string(kBusybox) + " " + bin + "/busybox").c_str()) == 0);
  for (const char* applet : {"sh",    "cat",      "id",  "ls",   "stat",  "mount",  "hostname", "touch", "sleep",
                             "true",  "readlink", "tty", "stty", "kill",  "test",   "grep",     "ps",    "head",
                             "mkdir", "ifconfig", "wc",  "df",   "uname", "ionice", "nice",     "chrt",  "taskset"}) {
    REQUIRE(::symlink("busybox", (bin + "/" + applet).c_str()) == 0);
  }
  REQUIRE(MakeDirs(AT_FDCWD, Path("overlay2/top/diff/etc"), 0755));
  Write("overlay2/top/diff/etc/motd", "from the top layer\n");
}

void ContainerFixture::MakeSpec() {
  const std::string id = base_.substr(base_.rfind('-') + 1);
  const std::string cgroup = "/berth/berthtest-" + std::to_string(::getpid()) + "/" + id;
  auto parsed = ParseRuntimeSpec(Replaced(Replaced(kConfig, "MERGED", Path("overlay2/c/merged")), "CGROUP", cgroup));
  REQUIRE_MESSAGE(parsed, (parsed ? "" : parsed.error().what));
  spec = *std::move(parsed);
  supervise.id = "a";
  supervise.overlay_dir = Path("overlay2");
  supervise.overlay_lower = {"l/TOP", "l/BASE"};
  supervise.overlay_upper = "c/diff";
  supervise.overlay_work = "c/work";
}

void ContainerFixture::Script(const std::string& script) { spec.process.args = {"/bin/sh", "-c", script}; }

Running ContainerFixture::Start() {
  SyncPair sync = NewSyncPair();
  Channels channels;
  Running running;
  running.pid = CreateInStarter({.spec = &spec,
                                 .supervise = &supervise,
                                 .cgroups = &cgroups_,
                                 .container_fd = container_fd_.get(),
                                 .run_fd = run_fd_.get(),
                                 .stdio = channels.stdio(),
                                 .sync_fd = sync.inits.get()});
  sync.inits.Reset();
  running.output = channels.CloseAndTakeOutput(spec.process.terminal);
  auto message = ReceiveAfterWarnings(sync.ours.get(), running.warnings);
  if (message && message->type == SyncType::kReady) {
    SyncMessage start;
    start.type = SyncType::kStart;
    REQUIRE(::send(sync.ours.get(), &start, sizeof start, MSG_NOSIGNAL) == sizeof start);
    message = Receive(sync.ours.get());
  }
  running.failed = message;
  return running;
}

Outcome ContainerFixture::Finish(Running running) {
  Outcome outcome;
  outcome.failed = running.failed;
  outcome.warnings = running.warnings;
  outcome.output = ReadToEnd(running.output.get());
  outcome.exit_code = WaitFor(running.pid);
  return outcome;
}

Outcome ContainerFixture::Run() { return Finish(Start()); }

Outcome ContainerFixture::Exec(const Running& running, const Process& process, uint64_t start_time) {
  SyncPair sync = NewSyncPair();
  Channels channels;
  const auto pid =
      ExecInContainer({.spec = &spec,
                       .process = &process,
                       .supervise = &supervise,
                       .init_pid = running.pid,
                       .init_start_time = start_time != 0 ? start_time : ProcessStartTime(running.pid).value_or(0),
                       .stdio = channels.stdio(),
                       .sync_fd = sync.inits.get()});
  sync.inits.Reset();
  Running executed{
      .pid = pid.value_or(-1), .output = channels.CloseAndTakeOutput(process.terminal), .failed = {}, .warnings = {}};
  executed.failed = ReceiveAfterWarnings(sync.ours.get(), executed.warnings);
  return Finish(std::move(executed));
}

std::string ContainerFixture::ReadUntil(const Running& running, const std::string& text) {
  std::string output;
  char c = 0;
  while (output.find(text) == std::string::npos && ::read(running.output.get(), &c, 1) == 1) {
    output += c;
  }
  return output;
}

void ContainerFixture::Write(const std::string& path, const std::string& text) const {
  const auto fd = OpenAt(AT_FDCWD, Path(path), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  REQUIRE(fd);
  REQUIRE(WriteAll(fd->get(), text, path.c_str()));
}

std::string ContainerFixture::Read(const std::string& path) const {
  return ReadFileAt(AT_FDCWD, Path(path)).value_or("");
}

}  // namespace berth
