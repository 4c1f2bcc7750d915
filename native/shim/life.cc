// Start, run and end of a container.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/clock.h"
#include "base/process.h"
#include "runtime/pins.h"
#include "shim/jobs.h"
#include "shim/records.h"
#include "shim/supervisor.h"

namespace berth {

namespace {

constexpr int kLastFlushMs = 2000;

// The code that Docker gives a container whose command can't be run.
int StartExitCode(int errnum) {
  switch (errnum) {
    case ENOENT:
      return 127;
    case EACCES:
    case ENOEXEC:
    case EISDIR:
      return 126;
    default:
      return 128;
  }
}

}  // namespace

bool Supervisor::WillRestart() const {
  if (first_start_) {
    return false;
  }
  const RunEnd end{status_.exit_code.value_or(0), status_.restart_count, status_.manually_stopped};
  return restart_asked_ || restart_unhealthy_ || ShouldRestart(settings_, end);
}

void Supervisor::StartRun() {
  phase_ = Phase::kStarting;
  start_failed_ = false;
  cancel_start_ = false;
  killed_ = false;
  restart_asked_ = false;
  restart_unhealthy_ = false;
  if (const auto begun = TryStart(); !begun) {
    OnStartFailed(FailedMessage("start", begun.error()));
  }
}

Status Supervisor::TryStart() {
  BERTH_TRY(TakeSettings());
  BERTH_TRY(io_.Open(settings_.keep_stdin));
  children_.ForgetStrangers();
  attempt_ = std::make_unique<StartAttempt>(loop_, *this, input_.cgroups);
  BERTH_TRY(attempt_->Begin(children_, input_.container_fd, input_.run_fd, io_.ChildEnds()));
  io_.Begin();
  return {};
}

Status Supervisor::TakeSettings() {
  BERTH_ASSIGN(settings_, ReadSettings(input_.container_fd));
  log_.Configure(settings_.log_json_file, settings_.log_max_size, settings_.log_max_file);
  return {};
}

void Supervisor::OnCreated(pid_t pid) {
  init_pid_ = pid;
  status_.pid = pid;
  status_.pid_start = ProcessStartTime(pid).value_or(0);
  children_.Add(pid, [this](int wait_status) { OnInitEnded(wait_status); });
  if (cancel_start_) {
    CancelStart();
  }
}

void Supervisor::OnReady() {
  if (!first_start_) {
    phase_ = Phase::kExecuting;
    attempt_->Go();
    return;
  }
  phase_ = Phase::kReady;
  SyncMessage created;
  created.type = SyncType::kCreated;
  created.pid = status_.pid;
  created.shim_pid = status_.shim_pid;
  created.start_time = status_.pid_start;
  TellAddon(created);
}

void Supervisor::OnExecuted() {
  phase_ = Phase::kRunning;
  started_ms_ = MonotonicMs();
  status_.status = RunStatus::kRunning;
  status_.started_at = NowText();
  status_.exit_code.reset();
  status_.signal.reset();
  status_.oom_killed = false;
  status_.error_step = status_.error_call = status_.error_what = {};
  status_.error_errno = 0;
  status_.health_output = {};
  health_.Begin(settings_.health, started_ms_);
  ScheduleProbe();
  // Who is told that it runs must find the status file saying so.
  Publish();
  AnswerAll(restart_calls_);
  if (first_start_) {
    first_start_ = false;
    SyncMessage started;
    started.type = SyncType::kStarted;
    TellAddon(started);
    AddonIsDone();
  }
}

// Once: a later start would say the same.
void Supervisor::OnWarning(const SyncMessage& warning) {
  if (first_start_) {
    TellAddon(warning);
  }
}

void Supervisor::OnStartFailed(const SyncMessage& failure) {
  phase_ = Phase::kEnding;
  start_failed_ = true;
  status_.exit_code = StartExitCode(failure.errnum);
  status_.signal.reset();
  status_.finished_at = NowText();
  status_.error_step = failure.step;
  status_.error_call = failure.call;
  status_.error_errno = failure.errnum;
  status_.error_what = failure.what;
  if (first_start_) {
    first_failure_ = failure;
  }
  FailAll(restart_calls_, failure);
  if (init_pid_ > 0) {
    ::kill(init_pid_, SIGKILL);  // OnInitEnded goes on
    return;
  }
  EndRun();
}

// Before the command runs there is nothing to be stopped gracefully.
void Supervisor::CancelStart() {
  cancel_start_ = true;
  attempt_->Cancel();
  if (init_pid_ > 0) {
    ::kill(init_pid_, SIGKILL);
  }
}

void Supervisor::OnInitEnded(int wait_status) {
  init_pid_ = 0;
  status_.pid = 0;
  status_.pid_start = 0;
  if (phase_ == Phase::kEnding) {
    EndRun();
    return;
  }
  if (phase_ != Phase::kRunning) {
    // A short command may have been executed and be over before anyone looked.
    attempt_->InitEnded(wait_status);
    if (phase_ != Phase::kRunning) {
      return;
    }
  }
  status_.finished_at = NowText();
  if (WIFSIGNALED(wait_status)) {
    status_.signal = WTERMSIG(wait_status);
    status_.exit_code = 128 + WTERMSIG(wait_status);
  } else {
    status_.exit_code = WEXITSTATUS(wait_status);
  }
  EndRun();
}

void Supervisor::EndRun() {
  phase_ = Phase::kEnding;
  grace_timer_.Stop();
  EndHealth();
  if (jobs_ > 0) {
    end_waits_ = true;
    return;
  }
  CleanUp();
}

void Supervisor::CleanUp() {
  // Counted before anything is removed: of a cgroup that is not empty everywhere a part goes, and then the rest.
  status_.oom_killed = ReadOomKills(input_.cgroups, cgroup_) > 0;
  // Nearly always init was the last process.
  if (RemoveEmptyCgroup(input_.cgroups, cgroup_)) {
    OnCleaned(Succeeded());
    return;
  }
  const auto begun = Worker::Start(
      children_, "cgroup", [this] { return CleanUpJob(input_.cgroups, cgroup_); },
      [this](const WorkerReply& reply) { OnCleaned(reply); });
  if (!begun) {
    OnCleaned({FailedMessage("cgroup", begun.error()), -1});
  }
}

void Supervisor::OnCleaned(const WorkerReply& reply) {
  if (reply.oom_kills > 0) {
    status_.oom_killed = true;
  }
  io_.Finish();
  const auto code = EncodeInt32(status_.exit_code.value_or(0));
  io_.clients().Send(kAttachOutput, FrameType::kExit, {code.data(), code.size()});
  if (!WillRestart()) {
    Remove();
  } else if (restart_asked_) {
    RestartAsAsked();
  } else {
    RestartLater();
  }
}

void Supervisor::RestartAsAsked() {
  status_.status = RunStatus::kRestarting;
  status_.restart_count = 0;
  backoff_.Reset();
  StartRun();
}

void Supervisor::RestartLater() {
  phase_ = Phase::kWaiting;
  status_.status = RunStatus::kRestarting;
  const int64_t ran_ms = start_failed_ ? 0 : MonotonicMs() - started_ms_;
  restart_timer_.Start(backoff_.NextDelayMs(settings_, ran_ms));
}

void Supervisor::RestartByPolicy() {
  ++status_.restart_count;
  StartRun();
}

void Supervisor::Remove() {
  restart_timer_.Stop();
  if (first_start_) {
    (void)UnmountPins(input_.run_fd, pins_before_);
  }
  Leave();
}

// The order matters: who hears of the end may start the container anew at once, and must find the lock free and no
// socket that this shim would still unlink.
void Supervisor::Leave() {
  phase_ = Phase::kGone;
  status_.status = RunStatus::kExited;
  control_.Close();
  if (addon_gone_) {
    ::unlinkat(input_.run_fd, "status", 0);
  } else {
    Publish();
  }
  input_.lock.Reset();
  if (first_failure_) {
    TellAddon(*first_failure_);
  }
  AddonIsDone();
  AnswerAll(stop_calls_);
  FailAll(restart_calls_, FailedMessage("restart", {ECANCELED, "restart", "container was stopped"}));
  FailAll(job_calls_, FailedMessage("request", {ESRCH, "request", "container has ended"}));
  io_.clients().FlushAndClose(kLastFlushMs);
  loop_.Stop();
}

}  // namespace berth
