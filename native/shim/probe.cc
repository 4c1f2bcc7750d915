#include "shim/probe.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/clock.h"
#include "base/file.h"
#include "runtime/container.h"
#include "shim/descriptors.h"
#include "shim/memory.h"
#include "shim/records.h"
#include "shim/worker.h"

namespace berth {

namespace {

constexpr size_t kOutputKept = 4096;

struct Test {
  int container_fd;
  int output_fd;
  RunningInit init;
  const HealthCheck* check;
};

// The wait status, or nothing when `timeout_ms` is over.
std::optional<int> WaitFor(pid_t pid, int64_t timeout_ms) {
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const int64_t deadline = MonotonicMs() + timeout_ms;
  pollfd ended{pidfd.get(), POLLIN, 0};
  while (timeout_ms > 0 && ::poll(&ended, 1, static_cast<int>(std::max<int64_t>(deadline - MonotonicMs(), 0))) < 0) {
    if (errno != EINTR) {
      break;
    }
  }
  if (timeout_ms > 0 && ended.revents == 0) {
    return std::nullopt;
  }
  int wait_status = 0;
  ::waitpid(pid, &wait_status, 0);
  return wait_status;
}

struct Started {
  pid_t pid;
  UniqueFd sync;  // says why it could not be executed
};

Result<Started> StartTest(const Test& test) {
  BERTH_ASSIGN(const RuntimeSpec spec, ReadSpec(test.container_fd));
  BERTH_ASSIGN(const Supervise supervise, ReadSupervise(test.container_fd));
  BERTH_ASSIGN(const UniqueFd null, OpenAt(AT_FDCWD, "/dev/null", O_RDONLY));
  BERTH_ASSIGN(SocketPair sync, MakeSocketPair(SOCK_SEQPACKET));
  Process process = spec.process;
  process.args = test.check->test;
  process.terminal = false;
  BERTH_ASSIGN(const pid_t pid, ExecInContainer({.spec = &spec,
                                                 .process = &process,
                                                 .supervise = &supervise,
                                                 .init_pid = test.init.pid,
                                                 .init_start_time = test.init.start_time,
                                                 .container_fd = test.container_fd,
                                                 .stdio = {null.get(), test.output_fd, test.output_fd, -1},
                                                 .sync_fd = sync.theirs.get()}));
  return Started{pid, std::move(sync.ours)};
}

int Tell(const Test& test, const std::string& text) {
  (void)WriteAll(test.output_fd, text, "probe");
  return 1;
}

int TellFailure(const Test& test, const char* call, const char* what, int errnum) {
  return Tell(test, std::string("health check did not run: ") + call + ": " + what +
                        (errnum == 0 ? std::string() : std::string(": ") + ::strerrordesc_np(errnum)));
}

// Returns the exit code of the waiter: 0 healthy.
int RunTest(const Test& test) {
  const auto started = StartTest(test);
  if (!started) {
    const Error& error = started.error();
    return TellFailure(test, error.call, error.what.c_str(), error.errnum);
  }
  const auto wait_status = WaitFor(started->pid, test.check->timeout_ms);
  if (!wait_status) {
    // The test leads a session of its own.
    ::kill(-started->pid, SIGKILL);
    ::kill(started->pid, SIGKILL);
    ::waitpid(started->pid, nullptr, 0);
    return Tell(test, "health check exceeded its timeout of " + std::to_string(test.check->timeout_ms) + " ms");
  }
  SyncMessage failure;
  if (::recv(started->sync.get(), &failure, sizeof failure, MSG_DONTWAIT) == sizeof failure) {
    return TellFailure(test, failure.call, failure.what, failure.errnum);
  }
  return WIFEXITED(*wait_status) ? WEXITSTATUS(*wait_status) : 1;
}

}  // namespace

Status Probe::Start(Children& children, int container_fd, const RunningInit& init, const HealthCheck& check,
                    Done done) {
  BERTH_ASSIGN(Pipe pipe, MakePipe());
  const Test test{container_fd, pipe.write_end.get(), init, &check};
  const pid_t pid = ::fork();
  if (pid < 0) {
    return Errno("fork", "health check");
  }
  if (pid == 0) {
    PrepareForkedChild();
    ::_exit(RunTest(test));
  }
  waiter_ = pid;
  done_ = std::move(done);
  output_.clear();
  output_fd_ = std::move(pipe.read_end);
  ::fcntl(output_fd_.get(), F_SETFL, O_NONBLOCK);
  watch_ = std::make_unique<Watch>(loop_, output_fd_.get(), EPOLLIN, [this](uint32_t) { (void)Read(); });
  children.Add(pid, [this, pid](int wait_status) {
    if (pid == waiter_) {
      OnWaiterEnded(wait_status);
    }
  });
  return {};
}

void Probe::Cancel() {
  if (!running()) {
    return;
  }
  ::kill(waiter_, SIGKILL);
  waiter_ = 0;
  watch_.reset();
  output_fd_.Reset();
  ReleaseText(output_);
}

bool Probe::Read() {
  char buffer[1024];
  const ssize_t got = ::read(output_fd_.get(), buffer, sizeof buffer);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    return false;
  }
  if (got <= 0) {
    watch_.reset();
    output_fd_.Reset();
    return false;
  }
  output_.append(buffer, static_cast<size_t>(got));
  if (output_.size() > kOutputKept) {
    output_.erase(0, output_.size() - kOutputKept);
  }
  return true;
}

// What the test has left behind may hold the pipe open: only what is in it already is read.
void Probe::OnWaiterEnded(int wait_status) {
  while (output_fd_.valid() && Read()) {
  }
  watch_.reset();
  output_fd_.Reset();
  waiter_ = 0;
  const bool success = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
  const std::string output = std::move(output_);
  const Done done = std::move(done_);
  done(success, output);
}

}  // namespace berth
