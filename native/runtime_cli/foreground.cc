#include "runtime_cli/foreground.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <csignal>
#include <optional>

#include "runtime_cli/terminal_relay.h"

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

// The exit code of `pid`, once it has ended. Its pid is its own until we have waited for it.
Result<std::optional<int>> Reap(pid_t pid) {
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, WNOHANG);
    if (ended < 0) {
      return Errno("waitpid", std::to_string(pid));
    }
    if (ended == 0) {
      return std::nullopt;
    }
    if (ended == pid) {
      return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
  }
}

void PassSignals(int signal_fd, pid_t pid, TerminalRelay& relay, bool has_terminal) {
  signalfd_siginfo info{};
  while (::read(signal_fd, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGWINCH && has_terminal) {
      relay.Resize();
    } else if (signal != SIGCHLD) {
      ::kill(pid, signal);
    }
  }
}

}  // namespace

void HoldSignals() {
  const sigset_t signals = ForwardedSignals();
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
}

Result<int> WaitInForeground(pid_t pid, UniqueFd terminal) {
  const bool has_terminal = terminal.valid();
  TerminalRelay relay(std::move(terminal));
  const sigset_t signals = ForwardedSignals();
  const UniqueFd signal_fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signal_fd.valid()) {
    return Errno("signalfd", "signals");
  }
  for (;;) {
    BERTH_ASSIGN(const std::optional<int> code, Reap(pid));
    if (code) {
      relay.Drain();
      return *code;
    }
    auto polled = relay.Polled();
    pollfd all[] = {polled[0], polled[1], {.fd = signal_fd.get(), .events = POLLIN, .revents = 0}};
    if (::poll(all, 3, -1) < 0 && errno != EINTR) {
      return Errno("poll", "terminal");
    }
    polled = {all[0], all[1]};
    relay.Handle(polled);
    PassSignals(signal_fd.get(), pid, relay, has_terminal);
  }
}

}  // namespace berth
