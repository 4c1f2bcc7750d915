#include "shim/exec.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/file.h"
#include "base/process.h"
#include "runtime/container.h"
#include "runtime/report.h"
#include "shim/children.h"
#include "shim/container_io.h"
#include "shim/descriptors.h"
#include "shim/event_loop.h"
#include "shim/protocol.h"
#include "shim/records.h"
#include "shim/shim_process.h"
#include "shim/signals.h"
#include "shim/status.h"

namespace berth {

namespace {

constexpr int kLastFlushMs = 10'000;

struct Records {
  RuntimeSpec spec;
  Supervise supervise;
  Process process;
  RunningInit init;
};

Result<Records> ReadRecords(Progress& progress) {
  Records records;
  progress.step = "supervise";
  BERTH_ASSIGN(records.supervise, ReadSupervise(kContainerFd));
  progress.step = "config.json";
  BERTH_ASSIGN(records.spec, ReadSpec(kContainerFd));
  progress.step = "process";
  ::lseek(kProcessFd, 0, SEEK_SET);  // its writer left the offset at the end
  BERTH_ASSIGN(const std::string text, ReadAll(kProcessFd, 16U << 20U));
  BERTH_ASSIGN(records.process, ParseProcess(text));
  progress.step = "container";
  BERTH_ASSIGN(const std::string status, ReadFileAt(kRunFd, "status"));
  BERTH_ASSIGN(records.init, FindRunningInit(status));
  return records;
}

void Tell(const UniqueFd& sync, const SyncMessage& message) {
  (void)SendRecord(sync.get(), {reinterpret_cast<const char*>(&message), sizeof message}, {}, -1);
}

// Waits until execve has succeeded, which closes the socket, or until a failure or a warning is told.
SyncMessage AwaitExec(int sync_fd) {
  SyncMessage message;
  ssize_t got = -1;
  do {
    got = ::recv(sync_fd, &message, sizeof message, 0);
  } while (got < 0 && errno == EINTR);
  if (got != sizeof message) {
    message.type = SyncType::kStarted;
  }
  return message;
}

class Exec {
 public:
  Exec(EventLoop& loop, Children& children, bool attached)
      : loop_(loop), children_(children), attached_(attached), io_(loop, nullptr, true) {}

  // The failure of the process's own set-up, or Created with its pid. Warnings are passed on to `caller`.
  Result<SyncMessage> Start(const Records& records, const UniqueFd& caller) {
    BERTH_TRY(io_.Open(attached_));
    BERTH_ASSIGN(SocketPair sync, MakeSocketPair(SOCK_SEQPACKET));
    Stdio stdio = io_.ChildEnds();
    if (!attached_) {
      stdio.out = stdio.err = stdio.in;  // /dev/null
    }
    const auto pid = ExecInContainer({.spec = &records.spec,
                                      .process = &records.process,
                                      .supervise = &records.supervise,
                                      .init_pid = records.init.pid,
                                      .init_start_time = records.init.start_time,
                                      .container_fd = kContainerFd,
                                      .stdio = stdio,
                                      .sync_fd = sync.theirs.get()});
    sync.theirs.Reset();
    SyncMessage told = AwaitExec(sync.ours.get());
    for (; told.type == SyncType::kWarning; told = AwaitExec(sync.ours.get())) {
      Tell(caller, told);
    }
    if (told.type == SyncType::kFailed) {
      // Reaped here and now: the container's pid namespace can't end before all who were in it are.
      if (pid) {
        ::waitpid(*pid, nullptr, 0);
      }
      return told;
    }
    if (!pid) {
      return std::unexpected(pid.error());
    }
    pid_ = *pid;
    told.type = SyncType::kCreated;
    told.pid = pid_;
    told.start_time = ProcessStartTime(pid_).value_or(0);
    return told;
  }

  void Relay(UniqueFd stream) {
    if (attached_) {
      io_.clients().Add(std::move(stream), kAttachStdin | kAttachOutput);
    }
    io_.set_on_signal([this](int signal) { ::kill(pid_, signal); });
    io_.Begin();
    children_.Add(pid_, [this](int wait_status) { OnEnded(wait_status); });
  }

  void Settle() {
    io_.clients().Settle();
    if (attached_ && io_.clients().empty()) {
      attached_ = false;
      io_.HangUp();
    }
  }

  void Terminate() const { ::kill(pid_, SIGTERM); }

 private:
  void OnEnded(int wait_status) {
    io_.Finish();
    const int code = WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
    const auto bytes = EncodeInt32(code);
    io_.clients().Send(kAttachOutput, FrameType::kExit, {bytes.data(), bytes.size()});
    io_.clients().FlushAndClose(kLastFlushMs);
    loop_.Stop();
  }

  EventLoop& loop_;
  Children& children_;
  bool attached_;
  ContainerIo io_;
  pid_t pid_ = 0;
};

// `sync` is left with the caller where this fails.
Status Run(UniqueFd& sync, Progress& progress) {
  UniqueFd stream = AttachedStream();
  const bool attached = stream.valid();
  BERTH_ASSIGN(const Records records, ReadRecords(progress));
  progress.step = "shim cgroup";
  BERTH_TRY(JoinShimCgroup(records.supervise));
  progress.step = "exec";
  BERTH_ASSIGN(EventLoop loop, EventLoop::Create());
  Children children;
  Exec exec(loop, children, attached);
  Signals signals;
  BERTH_TRY(signals.Watch(loop, children, [&exec] { exec.Terminate(); }));
  BERTH_ASSIGN(const SyncMessage told, exec.Start(records, sync));
  Tell(sync, told);
  if (told.type == SyncType::kFailed) {
    return {};
  }
  SyncMessage started;
  started.type = SyncType::kStarted;
  Tell(sync, started);
  sync.Reset();
  exec.Relay(std::move(stream));
  loop.Run([&exec] { exec.Settle(); });
  return {};
}

}  // namespace

int ExecProcess() { return RunDetached(kProcessFd, Run); }

}  // namespace berth
