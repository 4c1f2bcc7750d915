#include "shim/start_attempt.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <string>

#include "base/file.h"
#include "shim/descriptors.h"
#include "shim/records.h"

namespace berth {

namespace {

struct StarterInput {
  const CgroupHost& cgroups;
  int container_fd;
  int run_fd;
  int sync_fd;
  Stdio stdio;
};

void TellWarnings(const RuntimeSpec& spec, int sync_fd) {
  Progress progress{.step = "config.json"};
  for (const std::string& warning : spec.warnings) {
    progress.Warn({0, "", warning});
  }
  SendWarnings(sync_fd, progress);
}

// In the forked starter: everything that is parsed here goes with it.
Result<WorkerReply> StartInit(const StarterInput& input) {
  BERTH_ASSIGN(const RuntimeSpec spec, ReadSpec(input.container_fd));
  TellWarnings(spec, input.sync_fd);
  BERTH_ASSIGN(const Supervise supervise, ReadSupervise(input.container_fd));
  BERTH_ASSIGN(const pid_t pid, CreateInit({.spec = &spec,
                                            .supervise = &supervise,
                                            .cgroups = &input.cgroups,
                                            .container_fd = input.container_fd,
                                            .run_fd = input.run_fd,
                                            .stdio = input.stdio,
                                            .sync_fd = input.sync_fd}));
  WorkerReply reply;
  reply.message.type = SyncType::kCreated;
  reply.message.pid = pid;
  return reply;
}

}  // namespace

Status StartAttempt::Begin(Children& children, int container_fd, int run_fd, const Stdio& stdio) {
  BERTH_ASSIGN(SocketPair sync, MakeSocketPair(SOCK_SEQPACKET));
  sync_ = std::move(sync.ours);
  const StarterInput input{cgroups_, container_fd, run_fd, sync.theirs.get(), stdio};
  BERTH_ASSIGN(starter_, Worker::Start(
                             children, "start", [&input] { return StartInit(input); },
                             [this](const WorkerReply& reply) { OnStarterDone(reply); }));
  watch_ = std::make_unique<Watch>(loop_, sync_.get(), EPOLLIN, [this](uint32_t) { OnSyncReadable(); });
  return {};
}

void StartAttempt::OnStarterDone(const WorkerReply& reply) {
  starter_done_ = true;
  if (reply.message.type == SyncType::kCreated) {
    listener_.OnCreated(reply.message.pid);
    Advance();
    return;
  }
  // What the starter itself sent names the step; its reply is what there is where it failed before or was killed.
  OnSyncReadable();
  Fail(failure_.value_or(reply.message));
}

// Records may come before the starter has told the pid, and the order in which the two are seen is nobody's.
void StartAttempt::OnSyncReadable() {
  while (sync_.valid()) {
    SyncMessage message;
    const ssize_t got = ::recv(sync_.get(), &message, sizeof message, MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0 && errno == EAGAIN) {
      break;
    }
    if (got != sizeof message) {
      OnSyncClosed();
      break;
    }
    TakeRecord(message);
  }
  Advance();
}

void StartAttempt::TakeRecord(const SyncMessage& message) {
  if (message.type == SyncType::kReady) {
    ready_ = true;
  } else if (message.type == SyncType::kWarning) {
    listener_.OnWarning(message);
  } else if (message.type == SyncType::kFailed && !failure_) {
    failure_ = message;
  }
}

void StartAttempt::OnSyncClosed() {
  watch_.reset();
  sync_.Reset();
}

void StartAttempt::Advance() {
  if (over_ || !starter_done_) {
    return;
  }
  if (failure_) {
    Fail(*failure_);
  } else if (sync_.valid() && ready_ && !ready_told_) {
    ready_told_ = true;
    listener_.OnReady();
  } else if (!sync_.valid() && go_) {
    over_ = true;
    listener_.OnExecuted();
  }
}

void StartAttempt::Go() {
  go_ = true;
  SyncMessage message;
  message.type = SyncType::kStart;
  // An init that is gone by now shows by its end.
  (void)SendRecord(sync_.get(), {reinterpret_cast<const char*>(&message), sizeof message}, {}, -1);
}

void StartAttempt::Cancel() const {
  if (!starter_done_) {
    ::kill(starter_, SIGKILL);
  }
}

void StartAttempt::InitEnded(int wait_status) {
  OnSyncReadable();
  const std::string how = WIFSIGNALED(wait_status) ? "ended by signal " + std::to_string(WTERMSIG(wait_status))
                                                   : "ended with code " + std::to_string(WEXITSTATUS(wait_status));
  Fail(FailedMessage("start", {0, "init", how + " before it executed the command"}));
}

void StartAttempt::Fail(const SyncMessage& failure) {
  if (over_) {
    return;
  }
  over_ = true;
  OnSyncClosed();
  listener_.OnStartFailed(failure);
}

}  // namespace berth
