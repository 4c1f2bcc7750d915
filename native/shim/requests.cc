// What the control socket asks for.
#include <sys/socket.h>

#include <csignal>

#include "base/clock.h"
#include "shim/descriptors.h"
#include "shim/jobs.h"
#include "shim/supervisor.h"

namespace berth {

namespace {

constexpr int kLastSignal = 64;

}  // namespace

void Supervisor::OnCall(ControlCall call) {
  switch (call.request().type) {
    case ControlType::kStatus:
      call.Succeed(PresentStatus());
      break;
    case ControlType::kStop:
      Stop(std::move(call));
      break;
    case ControlType::kRestart:
      Restart(std::move(call));
      break;
    case ControlType::kKill:
      Kill(call);
      break;
    case ControlType::kPause:
      Pause(std::move(call), true);
      break;
    case ControlType::kUnpause:
      Pause(std::move(call), false);
      break;
    case ControlType::kReload:
      Reload(std::move(call));
      break;
    case ControlType::kAttach:
      Attach(call);
      break;
  }
}

void Supervisor::Stop(ControlCall call) {
  const ControlRequest& request = call.request();
  const int signal = request.signal == 0 ? settings_.stop_signal : request.signal;
  const int64_t grace_ms = request.timeout_ms == kFromSettings ? settings_.stop_grace_ms : request.timeout_ms;
  if (signal < 0 || signal > kLastSignal) {
    call.Fail("stop", {EINVAL, "kill", "signal " + std::to_string(signal)}, PresentStatus());
    return;
  }
  stop_calls_.push_back(std::move(call));
  StopForGood(signal, grace_ms);
}

void Supervisor::Restart(ControlCall call) {
  const int64_t timeout_ms = call.request().timeout_ms;
  if (phase_ == Phase::kEnding || !stop_calls_.empty()) {
    call.Fail("restart", {ECANCELED, "restart", "container is being stopped"}, PresentStatus());
    return;
  }
  restart_calls_.push_back(std::move(call));
  status_.manually_stopped = false;
  if (phase_ == Phase::kRunning) {
    restart_asked_ = true;
    BeginStop(settings_.stop_signal, timeout_ms == kFromSettings ? settings_.stop_grace_ms : timeout_ms);
  } else if (phase_ == Phase::kWaiting) {
    restart_timer_.Stop();
    RestartAsAsked();
  }
}

void Supervisor::Kill(const ControlCall& call) {
  const int signal = call.request().signal;
  if (signal <= 0 || signal > kLastSignal) {
    call.Fail("kill", {EINVAL, "kill", "signal " + std::to_string(signal)}, PresentStatus());
    return;
  }
  const bool ends = signal == SIGKILL || signal == settings_.stop_signal;
  if (phase_ != Phase::kRunning && !(phase_ == Phase::kWaiting && ends)) {
    call.Fail("kill", {ESRCH, "kill", "container is not running"}, PresentStatus());
    return;
  }
  if (phase_ == Phase::kWaiting) {
    GiveUpRestarts();
    Remove();
  } else if (signal == SIGKILL) {
    GiveUpRestarts();
    KillEverything();
  } else {
    if (ends) {
      GiveUpRestarts();
    }
    ::kill(init_pid_, signal);
  }
  call.Succeed(PresentStatus());
}

bool Supervisor::TakeJob(ControlCall call) {
  if (!job_calls_.empty()) {
    call.Fail("request", {EBUSY, "request", "another pause, unpause or reload is under way"}, PresentStatus());
    return false;
  }
  job_calls_.push_back(std::move(call));
  return true;
}

void Supervisor::Pause(ControlCall call, bool paused) {
  if (phase_ != Phase::kRunning) {
    call.Fail(paused ? "pause" : "unpause", {ESRCH, "freeze", "container is not running"}, PresentStatus());
    return;
  }
  if (!TakeJob(std::move(call))) {
    return;
  }
  const auto begun = StartJob(
      paused ? "pause" : "unpause", [this, paused] { return FreezeJob(cgroup_, paused); },
      [this, paused](const WorkerReply& reply) { OnFrozen(reply, paused); });
  if (!begun) {
    FailAll(job_calls_, FailedMessage("pause", begun.error()));
  }
}

void Supervisor::OnFrozen(const WorkerReply& reply, bool paused) {
  if (reply.message.type == SyncType::kFailed) {
    FailAll(job_calls_, reply.message);
    return;
  }
  if (phase_ == Phase::kRunning) {
    status_.status = paused ? RunStatus::kPaused : RunStatus::kRunning;
    Publish();
  }
  AnswerAll(job_calls_);
}

void Supervisor::Reload(ControlCall call) {
  const uint64_t wanted = call.request().generation;
  if (!TakeJob(std::move(call))) {
    return;
  }
  if (phase_ != Phase::kRunning) {
    // Between two runs the limits wait for the next start.
    OnReloaded(Succeeded(), wanted);
    return;
  }
  const auto begun = StartJob(
      "reload", [this] { return ApplyLimitsJob(input_.container_fd, cgroup_); },
      [this, wanted](const WorkerReply& reply) { OnReloaded(reply, wanted); });
  if (!begun) {
    FailAll(job_calls_, FailedMessage("reload", begun.error()));
  }
}

void Supervisor::OnReloaded(const WorkerReply& reply, uint64_t wanted) {
  if (reply.message.type == SyncType::kFailed) {
    FailAll(job_calls_, reply.message);
    return;
  }
  const std::optional<HealthCheck> check_before = settings_.health;
  auto taken = TakeSettings();
  if (taken && settings_.generation < wanted) {
    taken = berth::Fail(ESTALE, "reload", "supervise is of generation " + std::to_string(settings_.generation));
  }
  if (!taken) {
    FailAll(job_calls_, FailedMessage("reload", taken.error()));
    return;
  }
  if (phase_ == Phase::kRunning) {
    ChangeHealth(check_before);
  }
  Publish();
  AnswerAll(job_calls_);
  if (phase_ == Phase::kWaiting && !WillRestart()) {
    Remove();
  }
}

void Supervisor::Attach(const ControlCall& call) {
  auto pair = MakeSocketPair(SOCK_STREAM);
  if (!pair) {
    call.Fail("attach", pair.error(), PresentStatus());
    return;
  }
  io_.clients().Add(std::move(pair->ours), call.request().attach_flags);
  call.Succeed(PresentStatus(), pair->theirs.get());
}

void Supervisor::AnswerAll(std::list<ControlCall>& calls) {
  for (const ControlCall& call : calls) {
    call.Succeed(PresentStatus());
  }
  calls.clear();
}

void Supervisor::FailAll(std::list<ControlCall>& calls, const SyncMessage& failure) {
  for (const ControlCall& call : calls) {
    call.Fail(failure, PresentStatus());
  }
  calls.clear();
}

}  // namespace berth
