#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/confinement.h"
#include "runtime/container.h"
#include "runtime/leave_host.h"
#include "runtime/namespaces.h"
#include "runtime/privileges.h"
#include "runtime/report.h"
#include "runtime/run_process.h"
#include "runtime/scheduling.h"
#include "runtime/syscalls.h"
#include "runtime/terminal.h"
#include "runtime/user_namespace.h"

namespace berth {

namespace {

// All but pid, which the caller has joined for its children: those that the container does not share with the host. The
// kernel refuses to join the user namespace that one is in.
int JoinFlags(const RuntimeSpec& spec, bool in_user_namespace) {
  int flags = in_user_namespace ? CLONE_NEWUSER : 0;
  for (const Namespace& ns : spec.namespaces) {
    const bool apart = ns.type == NamespaceType::kPid || ns.type == NamespaceType::kUser;
    flags |= apart ? 0 : CloneFlag(ns.type);
  }
  return flags;
}

std::string CgroupOf(const ExecOptions& options) { return options.spec->cgroups_path + options.cgroup; }

bool HasPidNamespace(const ExecOptions& options) {
  return FindNamespace(*options.spec, NamespaceType::kPid) != nullptr || !options.supervise->join_pid.empty();
}

Result<UserNamespace> FindUserNamespaceOf(const ExecOptions& options) {
  return FindNamespace(*options.spec, NamespaceType::kUser) == nullptr ? UserNamespace{}
                                                                       : UserNamespaceOf(options.init_pid);
}

Result<UniqueFd> OpenExecTerminal(const ExecOptions& options) {
  if (!options.process->terminal) {
    return UniqueFd();
  }
  BERTH_ASSIGN(const UniqueFd root, OpenAt(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
  BERTH_ASSIGN(Terminal terminal, OpenTerminal(root.get(), *options.process));
  BERTH_TRY(SendDescriptor(options.stdio.console_fd, terminal.master.get()));
  return std::move(terminal.slave);
}

// Born in the container's pid namespace, still in the host's mounts: what needs the host's /proc and /sys comes first.
Result<UniqueFd> EnterContainer(const ExecOptions& options, const CgroupHost& cgroups, int pidfd, bool in_unified,
                                Progress& progress) {
  progress.step = "cgroup";
  const std::string path = CgroupOf(options);
  if (!path.empty()) {
    BERTH_TRY(in_unified ? JoinV1(cgroups, path) : JoinAll(cgroups, path));
  }
  progress.step = "oom_score_adj";
  BERTH_TRY(SetOomScore(*options.process, progress));
  progress.step = "cpu affinity";
  BERTH_TRY(SetFinalCpuAffinity(options.process->exec_cpu_affinity));
  progress.step = "user namespace";
  BERTH_ASSIGN(const UserNamespace user, FindUserNamespaceOf(options));
  if (user.valid()) {
    BERTH_TRY(LeaveHost(*options.process, options.stdio, user, progress));
  }
  progress.step = "namespaces";
  // All at once: they change together or not at all. Root and working directory become the container's.
  if (::setns(pidfd, JoinFlags(*options.spec, user.valid())) != 0) {
    return Errno("setns", "pid " + std::to_string(options.init_pid));
  }
  BERTH_TRY(user.valid() ? BecomeRoot() : Status());
  progress.step = "terminal";
  return OpenExecTerminal(options);
}

[[noreturn]] void ExecMain(const ExecOptions& options, const CgroupHost& cgroups, Confinement& confinement, int pidfd,
                           bool in_unified) {
  PrepareProcess();
  Progress progress;
  progress.step = "seccomp";
  if (auto noted = NoteProcess(confinement, "running", options.container_fd, options.init_pid); !noted) {
    FailProcess(options.sync_fd, progress, noted.error());
  }
  auto terminal = EnterContainer(options, cgroups, pidfd, in_unified, progress);
  if (!terminal) {
    FailProcess(options.sync_fd, progress, terminal.error());
  }
  progress.step = "labels";
  if (auto labelled = LabelProcess(confinement, *options.process); !labelled) {
    FailProcess(options.sync_fd, progress, labelled.error());
  }
  RunProcess({.spec = options.spec,
              .id = options.supervise->id,
              .process = options.process,
              .stdio = options.stdio,
              .terminal_fd = terminal->get(),
              .sync_fd = options.sync_fd,
              .await_start = false,
              .reaper = false,
              .new_keyring = options.new_keyring,
              .confinement = &confinement},
             progress);
}

Result<Cloned> CloneInto(const ExecOptions& options, int pidfd, int unified_fd) {
  if (!HasPidNamespace(options)) {
    return CloneProcess(0, unified_fd);
  }
  BERTH_ASSIGN(const UniqueFd own, OpenAt(AT_FDCWD, "/proc/self/ns/pid", O_RDONLY));
  if (::setns(pidfd, CLONE_NEWPID) != 0) {
    return Errno("setns", "pid namespace of " + std::to_string(options.init_pid));
  }
  // The caller's later children are its own again.
  const Cleanup restore([&own] { ::setns(own.get(), CLONE_NEWPID); });
  return CloneProcess(0, unified_fd);
}

// Who makes the process runs where it is to run first, so that it is born there. Returns where the caller ran before; empty:
// nothing was said of it.
Result<NumberSet> EnterInitialCpus(const ExecCpuAffinity& affinity) {
  if (affinity.initial.empty()) {
    return NumberSet();
  }
  BERTH_ASSIGN(NumberSet own, CpuAffinity());
  BERTH_TRY(SetCpuAffinity(affinity.initial));
  return own;
}

Result<pid_t> Exec(const ExecOptions& options, Progress& progress) {
  progress.step = "container";
  BERTH_ASSIGN(const UniqueFd pidfd, OpenProcess(options.init_pid, options.init_start_time));
  BERTH_ASSIGN(Confinement confinement,
               PrepareConfinement(*options.spec, *options.process, *options.supervise, progress));
  progress.step = "cgroup";
  BERTH_ASSIGN(const CgroupHost cgroups, DetectCgroupHost());
  BERTH_ASSIGN(const UniqueFd unified, OpenUnified(cgroups, CgroupOf(options)));
  progress.step = "cpu affinity";
  BERTH_ASSIGN(const NumberSet own_cpus, EnterInitialCpus(options.process->exec_cpu_affinity));
  const Cleanup restore([&own_cpus] { (void)(own_cpus.empty() ? Status() : SetCpuAffinity(own_cpus)); });
  progress.step = "clone";
  BERTH_ASSIGN(const Cloned cloned, CloneInto(options, pidfd.get(), unified.get()));
  if (cloned.pid == 0) {
    ExecMain(options, cgroups, confinement, pidfd.get(), cloned.in_cgroup);
  }
  return cloned.pid;
}

}  // namespace

Result<pid_t> ExecInContainer(const ExecOptions& options) {
  Progress progress;
  auto pid = Exec(options, progress);
  if (!pid) {
    SendFailed(options.sync_fd, progress, pid.error());
  }
  return pid;
}

}  // namespace berth
