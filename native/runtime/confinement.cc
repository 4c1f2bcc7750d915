#include "runtime/confinement.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "runtime/labels.h"
#include "runtime/privileges.h"
#include "seccomp/listener.h"

namespace berth {

namespace {

constexpr const char* kVersion = "1.1.0";  // of the specification that the receiver is told by

constexpr uint64_t kSysAdmin = uint64_t{1} << CAP_SYS_ADMIN;

// What ForkUnderReaper's parent does from then on; sigaltstack is asked by builds with sanitizers before they exit.
Seccomp ReaperProfile() {
  Seccomp profile;
  profile.syscalls.push_back({{"rt_sigtimedwait", "wait4", "kill", "exit_group", "close_range", "getpid", "prctl",
                               "rt_sigreturn", "restart_syscall", "sigaltstack"},
                              SeccompAction::kAllow,
                              std::nullopt,
                              {}});
  return profile;
}

Result<std::string> ReadLink(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
  return length < 0 ? Result<std::string>(Errno("readlink", path)) : std::string(target, static_cast<size_t>(length));
}

}  // namespace

Result<Confinement> PrepareConfinement(const RuntimeSpec& spec, const Process& process, const Supervise& supervise,
                                       Progress& progress) {
  Confinement confinement;
  progress.step = "labels";
  BERTH_ASSIGN(confinement.proc, PrepareLabels(spec, process));
  progress.step = "seccomp";
  if (!spec.seccomp) {
    return confinement;
  }
  BERTH_ASSIGN(confinement.filter, CompileSeccomp(*spec.seccomp));
  BERTH_TRY(CheckStartable(*spec.seccomp, *confinement.filter));
  if (supervise.init) {
    BERTH_ASSIGN(confinement.reaper, CompileSeccomp(ReaperProfile()));
  }
  if (confinement.filter->notifies) {
    BERTH_ASSIGN(confinement.listener, ConnectListener(spec.seccomp->listener_path));
    confinement.id = supervise.id;
    confinement.listener_metadata = spec.seccomp->listener_metadata;
    confinement.annotations = spec.annotations;
  }
  return confinement;
}

Status LabelProcess(const Confinement& confinement, const Process& process) {
  return confinement.proc.valid() ? LabelNextExec(confinement.proc.get(), process) : Status();
}

Status NoteProcess(Confinement& confinement, const char* status, int container_fd, pid_t init_pid) {
  if (!confinement.listener.valid()) {
    return {};
  }
  // The host's procfs tells the pid that the host knows.
  BERTH_ASSIGN(const std::string own, ReadLink("/proc/self"));
  BERTH_ASSIGN(const std::string bundle, ReadLink("/proc/self/fd/" + std::to_string(container_fd)));
  const int pid = std::atoi(own.c_str());
  confinement.process_state = ContainerProcessState({.pid = pid,
                                                     .metadata = confinement.listener_metadata,
                                                     .state = {.oci_version = kVersion,
                                                               .id = confinement.id,
                                                               .status = status,
                                                               .pid = init_pid == 0 ? pid : init_pid,
                                                               .bundle = bundle,
                                                               .annotations = confinement.annotations}});
  return {};
}

uint64_t KeptForSeccomp(const Process& process, const Confinement& confinement) {
  return confinement.filter && !process.no_new_privileges ? kSysAdmin : 0;
}

Status Confine(const Process& process, const Confinement& confinement, int listener_fd) {
  if (!confinement.filter) {
    return {};
  }
  if (!process.no_new_privileges) {
    BERTH_TRY(SetCapabilities(process, kSysAdmin));
  }
  BERTH_ASSIGN(const UniqueFd listener, LoadSeccomp(*confinement.filter));
  return listener.valid() ? SendListener(listener_fd, listener.get(), confinement.process_state) : Status();
}

Status ConfineReaper(const Process& process, const Confinement& confinement) {
  if (!confinement.reaper) {
    return {};
  }
  // It never executes anything.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Errno("prctl", "PR_SET_NO_NEW_PRIVS");
  }
  BERTH_TRY(SetCapabilities(process, 0));
  const auto loaded = LoadSeccomp(*confinement.reaper);
  return loaded ? Status() : Status(std::unexpected(loaded.error()));
}

}  // namespace berth
