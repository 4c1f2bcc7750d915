#include "runtime/hooks.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <csignal>
#include <cstring>
#include <ctime>

#include "base/file.h"
#include "base/unique_fd.h"
#include "runtime/argv.h"
#include "runtime/signals.h"
#include "runtime/syscalls.h"

namespace berth {

namespace {

constexpr size_t kOutputKept = 4096;
constexpr size_t kLineKept = 200;

struct Running {
  pid_t pid = -1;
  UniqueFd process;  // pidfd
  UniqueFd output;
};

// A file rather than a pipe: a hook that reads nothing of it stops nobody.
Result<UniqueFd> StateFile(const std::string& text) {
  UniqueFd file(::memfd_create("state", MFD_CLOEXEC));
  if (!file.valid()) {
    return Errno("memfd_create", "state");
  }
  BERTH_TRY(WriteAll(file.get(), text, "state"));
  if (::lseek(file.get(), 0, SEEK_SET) != 0) {
    return Errno("lseek", "state");
  }
  return file;
}

[[noreturn]] void Execute(const Hook& hook, const std::vector<std::string>& args, int state_fd, int output_fd,
                          int cwd_fd) {
  ::setpgid(0, 0);
  SetDefaultSignals();
  const bool placed = (cwd_fd < 0 || ::fchdir(cwd_fd) == 0) && ::dup2(state_fd, STDIN_FILENO) >= 0 &&
                      ::dup2(output_fd, STDOUT_FILENO) >= 0 && ::dup2(output_fd, STDERR_FILENO) >= 0 &&
                      SysCloseRange(STDERR_FILENO + 1, UINT_MAX) == 0;
  if (placed) {
    ::execve(hook.path.c_str(), Pointers(args).data(), Pointers(hook.env).data());
  }
  (void)WriteAll(STDERR_FILENO, std::string("could not be executed: ") + std::strerror(errno), "");
  ::_exit(127);
}

int Reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

void End(pid_t group) {
  ::kill(-group, SIGKILL);
  Reap(group);
}

Result<Running> Begin(const Hook& hook, const std::string& state, int cwd_fd) {
  BERTH_ASSIGN(const UniqueFd state_file, StateFile(state));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return Errno("pipe2", hook.path);
  }
  Running running;
  running.output = UniqueFd(ends[0]);
  const UniqueFd write_end(ends[1]);
  const std::vector<std::string> args = hook.args.empty() ? std::vector<std::string>{hook.path} : hook.args;
  running.pid = ::fork();
  if (running.pid < 0) {
    return Errno("fork", hook.path);
  }
  if (running.pid == 0) {
    Execute(hook, args, state_file.get(), write_end.get(), cwd_fd);
  }
  ::setpgid(running.pid, running.pid);  // whoever of the two comes first
  running.process = UniqueFd(SysPidfdOpen(running.pid));
  if (!running.process.valid()) {
    const int errnum = errno;
    End(running.pid);
    return Fail(errnum, "pidfd_open", hook.path);
  }
  (void)::fcntl(running.output.get(), F_SETFL, O_NONBLOCK);
  return running;
}

int64_t NowMs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

// Takes what is there. False at the end.
bool Drain(int fd, std::string& output) {
  char buffer[kOutputKept];
  ssize_t got = 0;
  while ((got = ::read(fd, buffer, sizeof buffer)) > 0) {
    output.append(buffer, static_cast<size_t>(got));
    output.erase(0, output.size() - std::min(output.size(), kOutputKept));
  }
  return got < 0 && (errno == EAGAIN || errno == EINTR);
}

// Reads the hook's output until its process has ended, whoever else holds the pipe then. False: `end_ms` came first.
bool AwaitEnd(const Running& running, int64_t end_ms, std::string& output) {
  pollfd watched[] = {{running.process.get(), POLLIN, 0}, {running.output.get(), POLLIN, 0}};
  for (;;) {
    const int64_t left = end_ms == 0 ? -1 : std::max<int64_t>(end_ms - NowMs(), 0);
    const int ready = ::poll(watched, 2, static_cast<int>(std::min<int64_t>(left, INT_MAX)));
    if (watched[1].fd >= 0 && !Drain(watched[1].fd, output)) {
      watched[1].fd = -1;
    }
    if (ready > 0 && watched[0].revents != 0) {
      return true;
    }
    if (ready == 0 && NowMs() >= end_ms) {
      return false;
    }
  }
}

std::string HowItEnded(int status) {
  return WIFSIGNALED(status) ? "ended by signal " + std::to_string(WTERMSIG(status))
                             : "exited with code " + std::to_string(WEXITSTATUS(status));
}

Status RunHook(const Hook& hook, const std::string& state, int cwd_fd) {
  BERTH_ASSIGN(const Running running, Begin(hook, state, cwd_fd));
  std::string output;
  const int64_t timeout_ms = static_cast<int64_t>(hook.timeout_seconds.value_or(0)) * 1000;
  if (!AwaitEnd(running, timeout_ms == 0 ? 0 : NowMs() + timeout_ms, output)) {
    End(running.pid);
    return Fail(0, "", hook.path + ": did not end within " + std::to_string(*hook.timeout_seconds) + " s");
  }
  Drain(running.output.get(), output);
  const int status = Reap(running.pid);
  if (status == 0) {
    return {};
  }
  const std::string line = LastLine(output);
  return Fail(0, "", hook.path + ": " + HowItEnded(status) + (line.empty() ? "" : ": " + line));
}

}  // namespace

std::string LastLine(std::string_view output) {
  while (!output.empty() && static_cast<unsigned char>(output.back()) <= ' ') {
    output.remove_suffix(1);
  }
  output.remove_prefix(output.rfind('\n') + 1);  // 0 where there is none
  std::string line(output.substr(0, kLineKept));
  std::ranges::replace_if(line, [](char c) { return c < ' ' || c > '~'; }, '?');
  return line;
}

Status RunHooks(const std::vector<Hook>& hooks, const ContainerState& state, int cwd_fd) {
  const std::string text = ContainerStateJson(state);
  for (const Hook& hook : hooks) {
    BERTH_TRY(RunHook(hook, text, cwd_fd));
  }
  return {};
}

}  // namespace berth
