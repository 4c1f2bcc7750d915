// Ending a run from outside: signal, grace period, SIGKILL.

#include <csignal>
#include <utility>

#include "shim/jobs.h"
#include "shim/supervisor.h"

namespace berth {

void Supervisor::Terminate() { StopForGood(settings_.stop_signal, settings_.stop_grace_ms); }

void Supervisor::GiveUpRestarts() {
  status_.manually_stopped = true;
  restart_asked_ = false;
  restart_unhealthy_ = false;
}

void Supervisor::StopForGood(int signal, int64_t grace_ms) {
  GiveUpRestarts();
  switch (phase_) {
    case Phase::kStarting:
    case Phase::kReady:
    case Phase::kExecuting:
      CancelStart();
      break;
    case Phase::kRunning:
      BeginStop(signal, grace_ms);
      break;
    case Phase::kWaiting:
      Remove();
      break;
    case Phase::kEnding:
    case Phase::kGone:
      break;
  }
}

void Supervisor::BeginStop(int signal, int64_t grace_ms) {
  if (signal == SIGKILL || grace_ms == 0) {
    KillEverything();
    return;
  }
  ::kill(init_pid_, signal);
  grace_timer_.Start(grace_ms);
  if (status_.status == RunStatus::kPaused) {
    Thaw();
  }
}

// So that the processes of a paused container see the signal that was sent to them.
void Supervisor::Thaw() {
  status_.status = RunStatus::kRunning;
  (void)StartJob("thaw", [this] { return FreezeJob(cgroup_, false); }, [](const WorkerReply&) {});
}

// Init's death takes its pid namespace along; what runs in another one is killed at the run's end. Only one that is frozen
// does not die of it: with our knowledge, or else it shows by still being there.
void Supervisor::KillEverything() {
  grace_timer_.Stop();
  ::kill(init_pid_, SIGKILL);
  if (status_.status == RunStatus::kPaused || std::exchange(killed_, true)) {
    KillFrozen();
    return;
  }
  constexpr int64_t kDiesMs = 100;
  grace_timer_.Start(kDiesMs);
}

void Supervisor::KillFrozen() {
  (void)StartJob(
      "kill", [this] { return KillJob(cgroup_); },
      [this](const WorkerReply& reply) {
        if (reply.message.type == SyncType::kFailed && phase_ == Phase::kRunning) {
          FailAll(stop_calls_, reply.message);
          FailAll(restart_calls_, reply.message);
        }
      });
}

Status Supervisor::StartJob(const char* step, const Worker::Job& job, Worker::Done done) {
  BERTH_TRY(Worker::Start(children_, step, job, [this, done = std::move(done)](const WorkerReply& reply) {
    --jobs_;
    done(reply);
    if (jobs_ == 0 && std::exchange(end_waits_, false)) {
      CleanUp();
    }
  }));
  ++jobs_;
  return {};
}

}  // namespace berth
