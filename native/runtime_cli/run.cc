#include "runtime_cli/run.h"

#include <signal.h>
#include <sys/wait.h>

#include "runtime_cli/create.h"
#include "runtime_cli/remove.h"

namespace berth {

namespace {

// All that a process can be sent, but for what the kernel sends for the caller's own faults.
sigset_t ForwardedSignals() {
  sigset_t signals;
  ::sigfillset(&signals);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGPIPE}) {
    ::sigdelset(&signals, own);
  }
  return signals;
}

// `signals` are blocked. Init is a child of ours, see CreateInit: its pid is its own until we have waited for it.
Result<int> WaitForInit(pid_t pid, const sigset_t& signals) {
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(pid, &status, WNOHANG);
    if (ended < 0) {
      return Errno("waitpid", std::to_string(pid));
    }
    if (ended == pid) {
      return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    if (const int signal = ::sigwaitinfo(&signals, nullptr); signal > 0 && signal != SIGCHLD) {
      ::kill(pid, signal);
    }
  }
}

Status Remove(const Arguments& arguments, const std::string& root, const State& state) {
  const auto dir = OpenStateDir(root, state.id);
  if (!dir) {
    // Removed by another command meanwhile.
    return dir.error().errnum == ENOENT ? Status() : Status(std::unexpected(dir.error()));
  }
  return RemoveContainer(arguments, root, *dir, state);
}

}  // namespace

Result<int> RunContainer(const Arguments& arguments, const std::string& root, const std::string& id) {
  BERTH_ASSIGN(const State state, CreateContainer(arguments, root, id));
  const sigset_t signals = ForwardedSignals();
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  const auto started = StartContainer(arguments, root, id);
  if (started && arguments.Has("detach")) {
    return 0;
  }
  Result<int> code = started ? WaitForInit(state.pid, signals) : std::unexpected(started.error());
  BERTH_TRY(Remove(arguments, root, state));
  return code;
}

}  // namespace berth
