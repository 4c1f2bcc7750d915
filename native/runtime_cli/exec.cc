#include "runtime_cli/exec.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "base/file.h"
#include "base/local_socket.h"
#include "runtime/container.h"
#include "runtime_cli/bundle.h"
#include "runtime_cli/console.h"
#include "runtime_cli/exec_process.h"
#include "runtime_cli/foreground.h"
#include "runtime_cli/grantable.h"
#include "runtime_cli/log.h"
#include "runtime_cli/process_options.h"
#include "runtime_cli/state.h"
#include "runtime_cli/sync_socket.h"

namespace berth {

namespace {

// What the process is to run in.
struct Target {
  State state;
  std::string config;
  RuntimeSpec spec;
  UniqueFd bundle;
};

Result<Target> FindTarget(const Arguments& arguments, const StateDir& dir) {
  Target target;
  BERTH_ASSIGN(target.state, ReadState(dir));
  BERTH_TRY(CheckRuns(dir, target.state));
  if (std::string_view(StatusOf(dir, target.state)) == "paused" && !arguments.Has("ignore-paused")) {
    return Fail(0, "", "container " + dir.id + ": is paused (--ignore-paused: the process starts once it is resumed)");
  }
  BERTH_ASSIGN(target.config, ReadConfig(dir));
  BERTH_ASSIGN(target.spec, ParseConfig(target.config, dir.id));
  target.spec.cgroups_path = target.state.cgroup;
  BERTH_ASSIGN(target.bundle, OpenAt(AT_FDCWD, target.state.bundle, O_PATH | O_DIRECTORY));
  return target;
}

// "worker" or "/worker" beneath the container's cgroup, which is there: the kernel says ENOENT otherwise.
Result<std::string> CgroupBelow(const Arguments& arguments, const State& state) {
  std::string path = arguments.Get("cgroup");
  if (!path.empty()) {
    BERTH_TRY(CheckCgroup(state, "exec --cgroup"));
  }
  if (path.empty() || path == "/") {
    return std::string();
  }
  path = path.starts_with('/') ? path : "/" + path;
  if (path.find(':') != std::string::npos) {
    return Fail(0, "", "--cgroup " + path.substr(1) + ": refused: a process is in one cgroup of all controllers");
  }
  if ((path + "/").find("/../") != std::string::npos) {
    return Fail(0, "", "--cgroup " + path + ": expected a path without ..");
  }
  return path;
}

// Waits until the process executes its program, which closes the socket. Else it is reaped, and why is the error.
Status AwaitExec(int sync_fd, const Result<pid_t>& pid, const Arguments& arguments) {
  BERTH_ASSIGN(const std::optional<SyncMessage> message, ReceiveAndWarn(sync_fd, arguments));
  if (pid && !message) {
    return {};
  }
  if (pid) {
    (void)::waitpid(*pid, nullptr, 0);
  }
  return std::unexpected(message ? FailureOf(*message) : pid.error());
}

Result<pid_t> Start(const Arguments& arguments, const Target& target, const Process& process, int console_fd,
                    int preserved) {
  BERTH_ASSIGN(const std::string cgroup, CgroupBelow(arguments, target.state));
  BERTH_ASSIGN(SocketPair sync, MakeSocketPair(SOCK_SEQPACKET));
  Supervise supervise;
  supervise.id = target.state.id;
  const auto pid = ExecInContainer({.spec = &target.spec,
                                    .process = &process,
                                    .supervise = &supervise,
                                    .init_pid = target.state.pid,
                                    .init_start_time = target.state.start_time,
                                    .cgroup = cgroup,
                                    .container_fd = target.bundle.get(),
                                    .stdio = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, console_fd, preserved},
                                    .sync_fd = sync.theirs.get(),
                                    .new_keyring = target.state.new_keyring});
  sync.theirs.Reset();
  BERTH_TRY(AwaitExec(sync.ours.get(), pid, arguments));
  return pid;
}

Result<UniqueFd> Finish(const Arguments& arguments, pid_t pid, Console& console) {
  BERTH_TRY(WritePidFile(arguments, pid));
  return ReceiveMaster(console);
}

}  // namespace

Result<int> ExecInContainerOf(const Arguments& arguments, const std::string& root, const std::string& id) {
  BERTH_ASSIGN(const Preserved preserved, FindPreserved(arguments));
  BERTH_ASSIGN(std::optional<StateDir> dir, OpenStateDir(root, id));
  BERTH_ASSIGN(const Target target, FindTarget(arguments, *dir));
  BERTH_ASSIGN(Process process, ProcessOfExec(arguments, target.config));
  KeepGrantable(target.spec, process);
  WarnOf(arguments, process.warnings);
  const bool detached = arguments.Has("detach");
  BERTH_ASSIGN(Console console, OpenConsole(arguments, process, !detached));
  if (arguments.Has("ignore-paused")) {
    dir.reset();  // `resume` wants the lock while the process waits for it
  }
  if (!detached) {
    HoldSignals();
  }
  BERTH_ASSIGN(const pid_t pid, Start(arguments, target, process, console.theirs.get(), preserved.count));
  dir.reset();  // the lock: the container may be stopped and removed while the process runs
  auto terminal = Finish(arguments, pid, console);
  if (!terminal) {
    ::kill(pid, SIGKILL);
    (void)::waitpid(pid, nullptr, 0);
    return std::unexpected(terminal.error());
  }
  return detached ? 0 : WaitInForeground(pid, *std::move(terminal));
}

}  // namespace berth
