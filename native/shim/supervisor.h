// The life of one container, from its first start until nothing restarts it. Single-threaded: everything happens in
// callbacks of the event loop.
//
//   starting ─▶ ready ─▶ executing ─▶ running ─▶ ending ─┬─▶ waiting ─▶ starting
//                 (first start: the addon says Start)    └─▶ gone
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>

#include "base/unique_fd.h"
#include "oci/supervise.h"
#include "runtime/cgroup/cgroup.h"
#include "shim/children.h"
#include "shim/container_io.h"
#include "shim/control.h"
#include "shim/event_loop.h"
#include "shim/health.h"
#include "shim/log_file.h"
#include "shim/probe.h"
#include "shim/restart.h"
#include "shim/start_attempt.h"
#include "shim/status.h"
#include "shim/worker.h"

namespace berth {

// What the shim was started with.
struct ShimInput {
  UniqueFd sync;  // the addon's, until the first start is over
  int container_fd = -1;
  int run_fd = -1;
  UniqueFd stream;  // attach stream; invalid when not attached
  UniqueFd lock;
  const CgroupHost& cgroups;
  Supervise settings;
};

class Supervisor final : public StartListener {
 public:
  Supervisor(EventLoop& loop, Children& children, ShimInput input, ContainerStatus status);

  // Begins the first start. On error nothing was begun.
  Status Begin();
  // To be called after each event of the loop.
  void Settle();
  // SIGTERM: stops the container as its settings say.
  void Terminate();

 private:
  enum class Phase { kStarting, kReady, kExecuting, kRunning, kEnding, kWaiting, kGone };

  // life.cc: start, run, end
  void StartRun();
  Status TryStart();
  Status TakeSettings();
  void OnCreated(pid_t pid) override;
  void OnReady() override;
  void OnExecuted() override;
  void OnWarning(const SyncMessage& warning) override;
  void OnStartFailed(const SyncMessage& failure) override;
  void OnInitEnded(int wait_status);
  void EndRun();
  void CleanUp();
  void OnCleaned(const WorkerReply& reply);
  void AfterRun();
  void RestartLater();
  void RestartByPolicy();
  void RestartAsAsked();
  void Remove();
  void Leave();
  void CancelStart();
  [[nodiscard]] bool WillRestart() const;

  // first_start.cc: the addon's side of the start protocol
  void OnAddonReadable();
  void TellAddon(const SyncMessage& message);
  void AddonIsDone();

  // requests.cc: what the control socket asks for
  void OnCall(ControlCall call);
  void Stop(ControlCall call);
  void Restart(ControlCall call);
  void Kill(const ControlCall& call);
  void Pause(ControlCall call, bool paused);
  void OnFrozen(const WorkerReply& reply, bool paused);
  void Reload(ControlCall call);
  void OnReloaded(const WorkerReply& reply, uint64_t wanted);
  void Attach(const ControlCall& call);
  [[nodiscard]] bool TakeJob(ControlCall call);
  void GiveUpRestarts();
  // stop.cc
  void StopForGood(int signal, int64_t grace_ms);
  void BeginStop(int signal, int64_t grace_ms);
  void Thaw();
  void KillEverything();
  void KillFrozen();
  // Work on the cgroup of the present run, in a forked child. The run's end waits for it, so that it never meets the
  // processes of the next one.
  Status StartJob(const char* step, const Worker::Job& job, Worker::Done done);
  void AnswerAll(std::list<ControlCall>& calls);
  void FailAll(std::list<ControlCall>& calls, const SyncMessage& failure);

  // health_checks.cc
  void ScheduleProbe();
  void EndHealth();
  void ChangeHealth(const std::optional<HealthCheck>& before);
  void ProbeNow();
  void OnProbed(bool success, const std::string& output);

  // Writes the status file and tells subscribers, where something has changed.
  void Publish();
  [[nodiscard]] std::string PresentStatus();

  EventLoop& loop_;
  Children& children_;
  ShimInput input_;
  Supervise& settings_;
  ContainerStatus status_;
  std::string cgroup_;
  size_t published_ = 0;  // hash of the text that was published last

  LogFile log_;
  ContainerIo io_;
  ControlServer control_;
  std::unique_ptr<Watch> addon_watch_;
  std::unique_ptr<StartAttempt> attempt_;
  Phase phase_ = Phase::kStarting;
  Phase settled_phase_ = Phase::kGone;
  bool first_start_ = true;
  bool addon_gone_ = false;  // before it said Start: leave nothing behind
  std::optional<SyncMessage> first_failure_;
  unsigned pins_before_ = 0;

  pid_t init_pid_ = 0;
  int64_t started_ms_ = 0;
  bool start_failed_ = false;
  bool cancel_start_ = false;
  bool killed_ = false;     // SIGKILL was sent to this run's init
  int jobs_ = 0;            // of StartJob, not done yet
  bool end_waits_ = false;  // for them

  RestartBackoff backoff_;
  Timer restart_timer_;
  bool restart_asked_ = false;  // by request
  bool restart_unhealthy_ = false;

  Timer grace_timer_;
  std::list<ControlCall> stop_calls_;
  std::list<ControlCall> restart_calls_;
  std::list<ControlCall> job_calls_;  // at most one: pause, unpause or reload

  Health health_;
  Probe probe_;
  bool discard_probe_ = false;  // the test that runs is of a check that was changed
  Timer probe_timer_;
};

}  // namespace berth
