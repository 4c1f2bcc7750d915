#include "runtime_cli/create.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "base/clock.h"
#include "base/file.h"
#include "base/local_socket.h"
#include "base/process.h"
#include "runtime/container.h"
#include "runtime/namespaces.h"
#include "runtime_cli/bundle.h"
#include "runtime_cli/console.h"
#include "runtime_cli/grantable.h"
#include "runtime_cli/hooks.h"
#include "runtime_cli/host_cgroups.h"
#include "runtime_cli/log.h"
#include "runtime_cli/process_options.h"
#include "runtime_cli/remove.h"
#include "runtime_cli/start_socket.h"
#include "runtime_cli/starter.h"
#include "runtime_cli/sync_socket.h"

namespace berth {

namespace {

State StateOf(const Bundle& bundle, const std::string& id) {
  return State{.id = id,
               .oci_version = bundle.spec.oci_version,
               .bundle = bundle.path,
               .created = NowText(),
               .cgroup = bundle.spec.cgroups_path,
               .annotations = bundle.spec.annotations,
               .hooks = HasHooks(bundle.spec.hooks)};
}

struct InitParts {
  int console_fd;
  int preserved;
  bool new_keyring;
};

// The mounts are made, and init waits for the hooks.
Status PassHooks(int sync_fd, const Bundle& bundle, State state, pid_t pid) {
  state.pid = pid;
  BERTH_TRY(RunCreateHooks(bundle, state));
  return SendSync(sync_fd, SyncType::kGoOn);
}

// Init's answers up to Ready, or its failure.
Status AwaitReady(int sync_fd, const Bundle& bundle, const State& state, std::optional<pid_t> pid,
                  const Arguments& arguments) {
  BERTH_ASSIGN(std::optional<SyncMessage> message, ReceiveAndWarn(sync_fd, arguments));
  if (pid && message && message->type == SyncType::kMounted) {
    BERTH_TRY(PassHooks(sync_fd, bundle, state, *pid));
    BERTH_ASSIGN(message, ReceiveAndWarn(sync_fd, arguments));
  }
  if (!message) {
    return Fail(ECONNRESET, "init", "ended before it was ready");
  }
  return pid && message->type == SyncType::kReady ? Status() : Status(std::unexpected(FailureOf(*message)));
}

// Returns init's pid once it is ready.
Result<pid_t> MakeInit(const StateDir& dir, const Bundle& bundle, const CgroupHost& cgroups, const InitParts& parts,
                       const State& state, const Arguments& arguments) {
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
                           .stdio = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, parts.console_fd, parts.preserved},
                           .sync_fd = sync.theirs.get(),
                           .start_fd = start.get(),
                           .state = &told,
                           .new_keyring = parts.new_keyring}));
  sync.theirs.Reset();
  if (auto ready = AwaitReady(sync.ours.get(), bundle, state, pid, arguments); !ready) {
    if (pid) {
      ::kill(*pid, SIGKILL);
      (void)::waitpid(*pid, nullptr, 0);
    }
    return std::unexpected(std::move(ready).error());
  }
  return *pid;
}

Status Create(const StateDir& dir, const Bundle& bundle, const InitParts& parts, State& state,
              const Arguments& arguments) {
  BERTH_ASSIGN(const CgroupHost cgroups, HostCgroups());
  WarnOf(arguments, ResourcesWithoutEffect(cgroups, bundle.spec.resources));
  BERTH_TRY(WriteConfig(dir, bundle.config));
  BERTH_TRY(WriteState(dir, state));  // before anything else is made: from here on `delete --force` finds all of it
  BERTH_ASSIGN(state.pid, MakeInit(dir, bundle, cgroups, parts, state, arguments));
  BERTH_ASSIGN(state.start_time, ProcessStartTime(state.pid));
  return WriteState(dir, state);
}

// What is left to do once init is there.
Status Finish(const Arguments& arguments, Created& created, Console& console) {
  BERTH_TRY(WritePidFile(arguments, created.state.pid));
  BERTH_ASSIGN(created.terminal, ReceiveMaster(console));
  return {};
}

// Two containers in one cgroup would be killed with one another.
Status CheckUnused(const std::string& cgroup) {
  if (cgroup.empty()) {
    return {};
  }
  BERTH_ASSIGN(const CgroupHost cgroups, HostCgroups());
  return CgroupProcesses(cgroups, cgroup).empty() ? Status()
                                                  : Fail(EBUSY, "", "cgroup " + cgroup + ": has processes already");
}

// Init has told what went wrong and is about to end: the next command is to find it stopped.
void AwaitEnd(const State& state) {
  if (const auto init = OpenProcess(state.pid, state.start_time); init) {
    pollfd ended{.fd = init->get(), .events = POLLIN, .revents = 0};
    while (::poll(&ended, 1, -1) < 0 && errno == EINTR) {
    }
  }
}

Status Start(const StateDir& dir, const State& state) {
  if (const std::string_view status = StatusOf(dir, state); status != "created") {
    return Fail(0, "", "container " + dir.id + ": is " + std::string(status) + ", not created");
  }
  BERTH_ASSIGN(const UniqueFd init, ConnectToInit(dir));
  if (::unlinkat(dir.fd.get(), kStartSocket, 0) != 0) {
    return Errno("unlink", kStartSocket);
  }
  BERTH_TRY(SendSync(init.get(), SyncType::kStart));
  BERTH_ASSIGN(const std::optional<SyncMessage> answer, ReceiveSync(init.get()));
  if (answer) {
    AwaitEnd(state);
    return std::unexpected(FailureOf(*answer));
  }
  return {};
}

// With the container's lock, which is held for as long as that takes and no longer.
Status StartLocked(const std::string& root, const std::string& id, State& state, Hooks& hooks) {
  BERTH_ASSIGN(const StateDir dir, OpenStateDir(root, id));
  BERTH_ASSIGN(state, ReadState(dir));
  BERTH_ASSIGN(hooks, ReadHooks(dir, state));
  return Start(dir, state);
}

}  // namespace

Result<Created> CreateContainer(const Arguments& arguments, const std::string& root, const std::string& id,
                                bool stays) {
  BERTH_ASSIGN(const Preserved preserved, FindPreserved(arguments));
  BERTH_ASSIGN(Bundle bundle, OpenBundle(arguments, id));
  KeepGrantable(bundle.spec, bundle.spec.process);
  WarnOf(arguments, bundle.spec.warnings);
  WarnOf(arguments, bundle.spec.process.warnings);
  AddActivation(preserved, bundle.spec.process);
  BERTH_ASSIGN(Console console, OpenConsole(arguments, bundle.spec.process, stays));
  BERTH_TRY(CheckUnused(bundle.spec.cgroups_path));
  BERTH_ASSIGN(const StateDir dir, MakeStateDir(root, id));
  Created created{.state = StateOf(bundle, id)};
  created.state.new_keyring = !arguments.Has("no-new-keyring");
  const InitParts parts{console.theirs.get(), preserved.count, created.state.new_keyring};
  auto done = Create(dir, bundle, parts, created.state, arguments);
  if (done) {
    done = Finish(arguments, created, console);
  }
  if (!done) {
    if (auto removed = RemoveContainer(arguments, root, dir, created.state); !removed) {
      return Wrap(done.error(), "and could not be removed (" + ErrorText(removed.error()) + ")");
    }
    return std::unexpected(done.error());
  }
  return created;
}

Status StartContainer(const Arguments& arguments, const std::string& root, const std::string& id) {
  State state;
  Hooks hooks;
  BERTH_TRY(StartLocked(root, id, state, hooks));
  RunPoststartHooks(arguments, state, hooks);
  return {};
}

}  // namespace berth
