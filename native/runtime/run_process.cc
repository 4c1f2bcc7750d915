#include "runtime/run_process.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "runtime/argv.h"
#include "runtime/exec_path.h"
#include "runtime/home.h"
#include "runtime/hooks.h"
#include "runtime/privileges.h"
#include "runtime/reaper.h"
#include "runtime/scheduling.h"
#include "runtime/signals.h"
#include "runtime/stdio.h"
#include "runtime/syscalls.h"

namespace berth {

namespace {

constexpr int kStdio = 3;  // descriptors of stdio

// Where our own sockets are moved to: right after stdio and the descriptors that the process keeps.
struct Places {
  int sync;
  int listener;  // what a seccomp listener is sent over, if there is one
  int start;     // what the starter connects to, if there is one
  int end;
};

Places PlacesOf(const RunOptions& options) {
  const int first = kStdio + options.stdio.preserved;
  return {.sync = first, .listener = first + 1, .start = first + 2, .end = first + 3};
}

// Puts a descriptor in its place, or leaves that empty.
Status Place(int copy, int place, bool cloexec) {
  if (copy < 0) {
    ::close(place);  // whatever it was
    return {};
  }
  return ::dup3(copy, place, cloexec ? O_CLOEXEC : 0) < 0 ? Status(Errno("dup3", std::to_string(place))) : Status();
}

Status Keep(int fd) {
  return ::fcntl(fd, F_SETFD, 0) == 0 ? Status() : Status(Errno("fcntl", "descriptor " + std::to_string(fd)));
}

// stdio at 0, 1, 2, what is kept, our sockets, and nothing else: not even the working directory "/proc/self/fd/N" leads out.
Status PlaceDescriptors(const RunOptions& options) {
  const bool tty = options.terminal_fd >= 0;
  const int wanted[] = {tty ? options.terminal_fd : options.stdio.in,  tty ? options.terminal_fd : options.stdio.out,
                        tty ? options.terminal_fd : options.stdio.err, options.sync_fd,
                        options.confinement->listener.get(),           options.start_fd};
  const Places places = PlacesOf(options);
  const int destinations[] = {0, 1, 2, places.sync, places.listener, places.start};
  int copies[std::size(wanted)];
  for (size_t i = 0; i < std::size(wanted); ++i) {
    const bool needed = destinations[i] <= places.sync || wanted[i] >= 0;
    copies[i] = needed ? ::fcntl(wanted[i], F_DUPFD_CLOEXEC, places.end) : -1;  // out of the way of all destinations
    if (needed && copies[i] < 0) {
      return Errno("fcntl", "F_DUPFD_CLOEXEC");
    }
  }
  for (size_t i = 0; i < std::size(wanted); ++i) {
    BERTH_TRY(Place(copies[i], destinations[i], destinations[i] >= kStdio));
  }
  for (int fd = kStdio; fd < places.sync; ++fd) {
    BERTH_TRY(Keep(fd));
  }
  if (SysCloseRange(static_cast<unsigned>(places.end), UINT_MAX) != 0) {
    return Errno("close_range", "all but stdio");
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

Status Execute(const RunOptions& options, const std::string& path, const std::vector<std::string>& env,
               Progress& progress) {
  if (options.reaper) {
    progress.step = "init";
    BERTH_TRY(ForkUnderReaper([&options] { return ConfineReaper(*options.process, *options.confinement); }));
  }
  progress.step = "session";
  BERTH_TRY(StartSession(options.terminal_fd >= 0));
  const std::vector<char*> argv = Pointers(options.process->args);
  const std::vector<char*> envp = Pointers(env);
  progress.step = "seccomp";
  BERTH_TRY(Confine(*options.process, *options.confinement, PlacesOf(options).listener));
  progress.step = "exec";
  ::execve(path.c_str(), argv.data(), envp.data());
  return Errno("execve", path);
}

Status Run(const RunOptions& options, Progress& progress) {
  const Places places = PlacesOf(options);
  const Process& process = *options.process;
  progress.step = "stdio";
  BERTH_TRY(OwnStdio({STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}, process.user.uid));
  if (options.new_keyring) {
    progress.step = "keyring";
    BERTH_TRY(NewKeyring(options.id));
  }
  BERTH_TRY(SetRlimits(process, progress));
  BERTH_TRY(SetScheduling(*options.spec, process, progress));
  BERTH_TRY(EnterCwdAndDropPrivileges(process, *options.confinement, progress));
  progress.step = "exec";
  std::string path;
  if (options.spec->has_process || !options.await_start) {
    BERTH_ASSIGN(path, FindExecutable(process));
  }
  SendWarnings(places.sync, progress);
  const std::vector<std::string> env = EnvironmentOf(process);
  if (options.start_fd >= 0) {
    progress.step = "start";
    BERTH_TRY(AwaitStarter(places.sync, places.start));
  } else if (options.await_start) {
    progress.step = "start";
    // A container does not outlive its shim. Set after the change of user, which clears it; a shim that has gone before
    // shows by the end of the socket.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    BERTH_TRY(AwaitStart(places.sync));
  }
  // The specification: the property is required when `start` is called.
  if (path.empty()) {
    return Fail(0, "start", "config.json: /process: is missing");
  }
  if (options.start_hooks != nullptr) {
    progress.step = "startContainer hook";
    BERTH_TRY(RunHooks(*options.start_hooks, *options.state, -1));
  }
  return Execute(options, path, env, progress);
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
  FailProcess(PlacesOf(options).sync, progress, ended.error());
}

void FailProcess(int sync_fd, const Progress& progress, const Error& error) {
  SendFailed(sync_fd, progress, error);
  ::_exit(1);
}

}  // namespace berth
