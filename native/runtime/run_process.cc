#include "runtime/run_process.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/argv.h"
#include "runtime/exec_path.h"
#include "runtime/hooks.h"
#include "runtime/privileges.h"
#include "runtime/reaper.h"
#include "runtime/signals.h"
#include "runtime/syscalls.h"

namespace berth {

namespace {

constexpr int kSync = 3;      // where the sync socket is moved to, right after stdio
constexpr int kListener = 4;  // and the socket that a seccomp listener is sent over, if there is one
constexpr int kStart = 5;     // and the socket that the starter connects to, if there is one
// Above every number that is a destination below.
Result<int> OutOfTheWay(int fd) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, kStart + 1);
  return copy < 0 ? Result<int>(Errno("fcntl", "F_DUPFD_CLOEXEC")) : Result<int>(copy);
}

// stdio at 0, 1, 2, the sync socket at 3, and nothing else: not even the working directory "/proc/self/fd/N" leads out.
Status PlaceDescriptors(const RunOptions& options) {
  const bool tty = options.terminal_fd >= 0;
  const int wanted[] = {tty ? options.terminal_fd : options.stdio.in,  tty ? options.terminal_fd : options.stdio.out,
                        tty ? options.terminal_fd : options.stdio.err, options.sync_fd,
                        options.confinement->listener.get(),           options.start_fd};
  int copies[kStart + 1];
  for (int fd = 0; fd <= kStart; ++fd) {
    copies[fd] = -1;
    if (fd <= kSync || wanted[fd] >= 0) {
      BERTH_ASSIGN(copies[fd], OutOfTheWay(wanted[fd]));
    }
  }
  for (int fd = 0; fd <= kStart; ++fd) {
    if (copies[fd] < 0) {
      ::close(fd);  // whatever it was
    } else if (::dup3(copies[fd], fd, fd >= kSync ? O_CLOEXEC : 0) < 0) {
      return Errno("dup3", std::to_string(fd));
    }
  }
  if (SysCloseRange(kStart + 1, UINT_MAX) != 0) {
    return Errno("close_range", "all but stdio");
  }
  return {};
}

// So that a program that is not root can open /dev/stderr again. /dev/null belongs to everybody.
Status OwnStdio(uid_t uid) {
  for (int fd = 0; fd < kSync; ++fd) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
      return Errno("fstat", std::to_string(fd));
    }
    const bool null = S_ISCHR(status.st_mode) && status.st_rdev == ::makedev(1, 3);
    const bool refusable = status.st_uid == uid || null || ::fchown(fd, uid, status.st_gid) == 0 || errno == EPERM ||
                           errno == EROFS || errno == EINVAL;
    if (!refusable) {
      return Errno("fchown", std::to_string(fd));
    }
  }
  return {};
}

// The kernel says "(unreachable)/…" of a directory outside of the root.
Status VerifyCwd(const std::string& cwd) {
  char path[PATH_MAX];
  if (SysGetcwd(path, sizeof path) < 0) {
    return Errno("getcwd", cwd);
  }
  return path[0] == '/' ? Status() : Status(Fail(ENOENT, "getcwd", cwd + ": leads out of the container"));
}

// Either side of the change of user may be the one that may enter the directory.
Status EnterCwdAndDropPrivileges(const Process& process, const Confinement& confinement, Progress& progress) {
  const bool entered = ::chdir(process.cwd.c_str()) == 0;
  BERTH_TRY(DropPrivileges(process, KeptForSeccomp(process, confinement), progress));
  progress.step = "cwd";
  if (!entered && ::chdir(process.cwd.c_str()) != 0) {
    return Errno("chdir", process.cwd);
  }
  return VerifyCwd(process.cwd);
}

Status StartSession(bool terminal) {
  // EPERM: it leads a session already.
  if (::setsid() < 0 && errno != EPERM) {
    return Errno("setsid", "session");
  }
  if (terminal && ::ioctl(0, TIOCSCTTY, 0) != 0) {
    return Errno("ioctl", "TIOCSCTTY");
  }
  return {};
}

Status Execute(const RunOptions& options, const std::string& path, Progress& progress) {
  if (options.reaper) {
    progress.step = "init";
    BERTH_TRY(ForkUnderReaper([&options] { return ConfineReaper(*options.process, *options.confinement); }));
  }
  progress.step = "session";
  BERTH_TRY(StartSession(options.terminal_fd >= 0));
  const std::vector<char*> argv = Pointers(options.process->args);
  const std::vector<char*> envp = Pointers(options.process->env);
  progress.step = "seccomp";
  BERTH_TRY(Confine(*options.process, *options.confinement, kListener));
  progress.step = "exec";
  ::execve(path.c_str(), argv.data(), envp.data());
  return Errno("execve", path);
}

Status Run(const RunOptions& options, Progress& progress) {
  const Process& process = *options.process;
  progress.step = "stdio";
  BERTH_TRY(OwnStdio(process.user.uid));
  progress.step = "keyring";
  BERTH_TRY(NewKeyring());
  BERTH_TRY(SetRlimits(process, progress));
  BERTH_TRY(EnterCwdAndDropPrivileges(process, *options.confinement, progress));
  progress.step = "exec";
  BERTH_ASSIGN(const std::string path, FindExecutable(process));
  if (options.start_fd >= 0) {
    progress.step = "start";
    BERTH_TRY(AwaitStarter(kSync, kStart));
  } else if (options.await_start) {
    progress.step = "start";
    // A container does not outlive its shim. Set after the change of user, which clears it; a shim that has gone before
    // shows by the end of the socket.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    BERTH_TRY(AwaitStart(kSync));
  }
  if (options.start_hooks != nullptr) {
    progress.step = "startContainer hook";
    BERTH_TRY(RunHooks(*options.start_hooks, *options.state, -1));
  }
  return Execute(options, path, progress);
}

}  // namespace

void PrepareProcess() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  ::umask(022);  // the shim's own would keep other users out of the directories that are made for mounts
  SetDefaultSignals();
}

void RunProcess(const RunOptions& options, Progress& progress) {
  progress.step = "stdio";
  if (auto placed = PlaceDescriptors(options); !placed) {
    FailProcess(options.sync_fd, progress, placed.error());
  }
  const auto ended = Run(options, progress);
  FailProcess(kSync, progress, ended.error());
}

void FailProcess(int sync_fd, const Progress& progress, const Error& error) {
  SendFailed(sync_fd, progress, error);
  ::_exit(1);
}

}  // namespace berth
