#include "shim/worker.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>

#include "base/procfs.h"
#include "base/unique_fd.h"

namespace berth {

namespace {

[[noreturn]] void RunJob(const char* step, const Worker::Job& job, int reply_fd) {
  PrepareForkedChild();
  const auto result = job();
  const WorkerReply reply = result ? *result : WorkerReply{FailedMessage(step, result.error()), -1};
  // A pipe takes up to PIPE_BUF (4096) bytes at once: never a part of a reply.
  static_assert(sizeof(WorkerReply) <= 4096);
  const ssize_t put = ::write(reply_fd, &reply, sizeof reply);
  ::_exit(put == sizeof reply ? 0 : 1);
}

WorkerReply ReadReply(int fd, const char* step, int wait_status) {
  WorkerReply reply;
  if (::read(fd, &reply, sizeof reply) == sizeof reply) {
    return reply;
  }
  const std::string how =
      WIFSIGNALED(wait_status) ? "ended by signal " + std::to_string(WTERMSIG(wait_status)) : "ended without an answer";
  return {FailedMessage(step, {0, "fork", how}), -1};
}

}  // namespace

WorkerReply Succeeded() {
  WorkerReply reply;
  reply.message.type = SyncType::kReady;
  return reply;
}

void PrepareForkedChild() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int signal : {SIGHUP, SIGINT, SIGPIPE}) {
    ::signal(signal, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  // Raising the score needs no privilege. The container's own value is set later, from its configuration.
  (void)WriteProcFile("self/oom_score_adj", "0");
}

Result<pid_t> Worker::Start(Children& children, const char* step, const Job& job, Done done) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return Errno("pipe2", step);
  }
  UniqueFd read_end(ends[0]);
  const UniqueFd write_end(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) {
    return Errno("fork", step);
  }
  if (pid == 0) {
    RunJob(step, job, write_end.get());
  }
  // A callback must be copyable, so the descriptor travels as a number and is owned again when it is called.
  children.Add(pid, [fd = read_end.Release(), step, done = std::move(done)](int wait_status) {
    const UniqueFd owned(fd);
    // A grandchild may hold the other end: what was written before the exit is there, and nothing else is waited for.
    ::fcntl(owned.get(), F_SETFL, O_NONBLOCK);
    done(ReadReply(owned.get(), step, wait_status));
  });
  return pid;
}

}  // namespace berth
