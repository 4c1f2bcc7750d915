#include "runtime_cli/create.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "base/file.h"
#include "base/local_socket.h"
#include "base/process.h"
#include "runtime/container.h"
#include "runtime/in_root.h"
#include "runtime_cli/bundle.h"
#include "runtime_cli/hooks.h"
#include "runtime_cli/log.h"
#include "runtime_cli/remove.h"
#include "runtime_cli/start_socket.h"
#include "runtime_cli/timestamp.h"

namespace berth {

namespace {

// The next record: nothing at the end of the connection.
Result<std::optional<SyncMessage>> Receive(int socket) {
  SyncMessage message;
  BERTH_ASSIGN(const ReceivedRecord record, ReceiveWithDescriptors(socket, &message, sizeof message, 0));
  return record.size == sizeof message ? std::optional(message) : std::nullopt;
}

Status SendType(int socket, SyncType type) {
  SyncMessage message;
  message.type = type;
  return SendWithDescriptors(socket, {reinterpret_cast<const char*>(&message), sizeof message}, {}, MSG_NOSIGNAL);
}

// In the forked starter, whose namespaces change. Init becomes its parent's child.
[[noreturn]] void Starter(const CreateOptions& options, int pid_fd) {
  const auto pid = CreateInit(options);
  const bool told = pid && WriteAll(pid_fd, {reinterpret_cast<const char*>(&*pid), sizeof *pid}, "pid");
  ::_exit(told ? 0 : 1);
}

// The pid that the starter tells; nothing where it failed, which it has sent as Failed.
Result<std::optional<pid_t>> RunStarter(const CreateOptions& options) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return Errno("pipe2", "starter");
  }
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const pid_t starter = ::fork();
  if (starter < 0) {
    return Errno("fork", "starter");
  }
  if (starter == 0) {
    Starter(options, theirs.get());
  }
  theirs.Reset();
  pid_t pid = 0;
  // Not to the end of the pipe: init holds a copy of the other end until it has put its descriptors in place.
  ssize_t got = -1;
  while (::waitpid(starter, nullptr, 0) < 0 && errno == EINTR) {
  }
  (void)::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  got = ::read(ours.get(), &pid, sizeof pid);
  return got == static_cast<ssize_t>(sizeof pid) ? std::optional(pid) : std::nullopt;
}

State StateOf(const Bundle& bundle, const std::string& id) {
  return State{.id = id,
               .oci_version = bundle.spec.oci_version,
               .bundle = bundle.path,
               .created = Timestamp(),
               .cgroup = bundle.spec.cgroups_path,
               .annotations = bundle.spec.annotations,
               .hooks = HasHooks(bundle.spec.hooks)};
}

Result<UniqueFd> OpenConsole(const Arguments& arguments, const Process& process) {
  const std::string path = arguments.Get("console-socket");
  if (process.terminal == path.empty()) {
    return Fail(0, "",
                process.terminal ? "--console-socket: is missing, process.terminal asks for one"
                                 : "--console-socket: process.terminal is not set");
  }
  return path.empty() ? Result<UniqueFd>(UniqueFd()) : ConnectToConsole(path);
}

Status WritePidFile(const std::string& path, pid_t pid) {
  if (path.empty()) {
    return {};
  }
  const std::string parent = ParentPath(path);
  const std::string from = !parent.empty() ? parent : path.starts_with('/') ? "/" : ".";
  BERTH_ASSIGN(const UniqueFd dir, OpenAt(AT_FDCWD, from, O_RDONLY | O_DIRECTORY));
  return ReplaceFileAt(dir.get(), BaseName(path), std::to_string(pid), 0644, false);
}

// The mounts are made, and init waits for the hooks.
Status PassHooks(int sync_fd, const Bundle& bundle, State state, pid_t pid) {
  state.pid = pid;
  BERTH_TRY(RunCreateHooks(bundle, state));
  return SendType(sync_fd, SyncType::kGoOn);
}

// Init's answers up to Ready, or its failure.
Status AwaitReady(int sync_fd, const Bundle& bundle, const State& state, std::optional<pid_t> pid) {
  BERTH_ASSIGN(std::optional<SyncMessage> message, Receive(sync_fd));
  if (pid && message && message->type == SyncType::kMounted) {
    BERTH_TRY(PassHooks(sync_fd, bundle, state, *pid));
    BERTH_ASSIGN(message, Receive(sync_fd));
  }
  if (!message) {
    return Fail(ECONNRESET, "init", "ended before it was ready");
  }
  return pid && message->type == SyncType::kReady ? Status() : Status(std::unexpected(FailureOf(*message)));
}

// Returns init's pid once it is ready.
Result<pid_t> MakeInit(const StateDir& dir, const Bundle& bundle, const CgroupHost& cgroups, int console_fd,
                       const State& state) {
  BERTH_ASSIGN(SocketPair sync, MakeSocketPair(SOCK_SEQPACKET));
  BERTH_ASSIGN(const UniqueFd start, ListenForStart(dir));
  Supervise supervise;
  supervise.id = dir.id;
  const ContainerState told = ToldState(state, "creating");
  BERTH_ASSIGN(const std::optional<pid_t> pid,
               RunStarter({.spec = &bundle.spec,
                           .supervise = &supervise,
                           .cgroups = &cgroups,
                           .container_fd = bundle.dir.get(),
                           .run_fd = dir.fd.get(),
                           .stdio = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, console_fd},
                           .sync_fd = sync.theirs.get(),
                           .start_fd = start.get(),
                           .state = &told}));
  sync.theirs.Reset();
  if (auto ready = AwaitReady(sync.ours.get(), bundle, state, pid); !ready) {
    if (pid) {
      ::kill(*pid, SIGKILL);
      (void)::waitpid(*pid, nullptr, 0);
    }
    return std::unexpected(std::move(ready).error());
  }
  return *pid;
}

Status Create(const StateDir& dir, const Bundle& bundle, const Arguments& arguments, State& state) {
  BERTH_ASSIGN(const UniqueFd console, OpenConsole(arguments, bundle.spec.process));
  BERTH_ASSIGN(const CgroupHost cgroups, DetectCgroupHost());
  BERTH_TRY(WriteConfig(dir, bundle.config));
  BERTH_TRY(WriteState(dir, state));  // before anything else is made: from here on `delete --force` finds all of it
  BERTH_ASSIGN(state.pid, MakeInit(dir, bundle, cgroups, console.get(), state));
  BERTH_ASSIGN(state.start_time, ProcessStartTime(state.pid));
  BERTH_TRY(WriteState(dir, state));
  return WritePidFile(arguments.Get("pid-file"), state.pid);
}

// Two containers in one cgroup would be killed with one another.
Status CheckUnused(const std::string& cgroup) {
  BERTH_ASSIGN(const CgroupHost cgroups, DetectCgroupHost());
  return CgroupProcesses(cgroups, cgroup).empty() ? Status()
                                                  : Fail(EBUSY, "", "cgroup " + cgroup + ": has processes already");
}

Status Start(const StateDir& dir, const State& state) {
  if (const std::string_view status = StatusOf(dir, state); status != "created") {
    return Fail(0, "", "container " + dir.id + ": is " + std::string(status) + ", not created");
  }
  BERTH_ASSIGN(const UniqueFd init, ConnectToInit(dir));
  if (::unlinkat(dir.fd.get(), kStartSocket, 0) != 0) {
    return Errno("unlink", kStartSocket);
  }
  BERTH_TRY(SendType(init.get(), SyncType::kStart));
  BERTH_ASSIGN(const std::optional<SyncMessage> answer, Receive(init.get()));
  return answer ? std::unexpected(FailureOf(*answer)) : Status();
}

// With the container's lock, which is held for as long as that takes and no longer.
Status StartLocked(const std::string& root, const std::string& id, State& state, Hooks& hooks) {
  BERTH_ASSIGN(const StateDir dir, OpenStateDir(root, id));
  BERTH_ASSIGN(state, ReadState(dir));
  BERTH_ASSIGN(hooks, ReadHooks(dir, state));
  return Start(dir, state);
}

}  // namespace

Result<State> CreateContainer(const Arguments& arguments, const std::string& root, const std::string& id) {
  BERTH_ASSIGN(const Bundle bundle, OpenBundle(arguments.Get("bundle", "."), id));
  BERTH_TRY(CheckUnused(bundle.spec.cgroups_path));
  BERTH_ASSIGN(const StateDir dir, MakeStateDir(root, id));
  State state = StateOf(bundle, id);
  if (auto created = Create(dir, bundle, arguments, state); !created) {
    if (auto removed = RemoveContainer(arguments, root, dir, state); !removed) {
      return Wrap(created.error(), "and could not be removed (" + ErrorText(removed.error()) + ")");
    }
    return std::unexpected(created.error());
  }
  return state;
}

Status StartContainer(const Arguments& arguments, const std::string& root, const std::string& id) {
  State state;
  Hooks hooks;
  BERTH_TRY(StartLocked(root, id, state, hooks));
  RunPoststartHooks(arguments, state, hooks);
  return {};
}

}  // namespace berth
