#include "runtime/reaper.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>

#include "runtime/syscalls.h"

namespace berth {

namespace {

int ExitCode(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

// Exits with the child's code once it has ended.
void Reap(pid_t child) {
  int status = 0;
  for (pid_t pid = ::waitpid(-1, &status, WNOHANG); pid > 0; pid = ::waitpid(-1, &status, WNOHANG)) {
    if (pid == child) {
      ::_exit(ExitCode(status));
    }
  }
}

// Blocked signals are queued even for pid 1, which has no handlers: none is lost between fork and here.
[[noreturn]] void Serve(pid_t child, const sigset_t& all) {
  SysCloseRange(3, UINT_MAX);
  if (::getpid() != 1) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  }
  for (;;) {
    const int signal = ::sigwaitinfo(&all, nullptr);
    if (signal == SIGCHLD) {
      Reap(child);
    } else if (signal > 0) {
      ::kill(child, signal);
    }
  }
}

}  // namespace

Status ForkUnderReaper(const std::function<Status()>& confine) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t child = ::fork();
  const int errnum = errno;
  if (child > 0) {
    if (auto confined = confine(); !confined) {
      ::kill(child, SIGKILL);
      return confined;
    }
    Serve(child, all);
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return child < 0 ? Status(Fail(errnum, "fork", "the command beside its reaper")) : Status();
}

}  // namespace berth
