// Running the probes of a container: one at a time, none while it is paused.
#include <utility>

#include "base/clock.h"
#include "shim/supervisor.h"

namespace berth {

void Supervisor::ScheduleProbe() {
  probe_timer_.Stop();
  if (health_.enabled() && !probe_.running()) {
    probe_timer_.Start(health_.DelayMs(MonotonicMs()));
  }
}

void Supervisor::EndHealth() {
  probe_timer_.Stop();
  probe_.Cancel();
  discard_probe_ = false;
  health_.End();
}

void Supervisor::ChangeHealth(const std::optional<HealthCheck>& before) {
  const auto& now = settings_.health;
  if (before && now && before->test != now->test) {
    // What another test found, or finds yet, says nothing about this one.
    discard_probe_ = probe_.running();
    health_.Begin(now, MonotonicMs());
    status_.health_output.clear();
  } else {
    health_.Change(now, MonotonicMs());
  }
  ScheduleProbe();
}

void Supervisor::ProbeNow() {
  if (status_.status == RunStatus::kPaused || !settings_.health) {
    ScheduleProbe();
    return;
  }
  const auto begun = probe_.Start(children_, input_.container_fd, {status_.pid, status_.pid_start}, *settings_.health,
                                  [this](bool success, const std::string& output) { OnProbed(success, output); });
  if (!begun) {
    OnProbed(false, std::string("health check did not run: ") + begun.error().call);
  }
}

void Supervisor::OnProbed(bool success, const std::string& output) {
  if (std::exchange(discard_probe_, false) || status_.status == RunStatus::kPaused || !health_.enabled()) {
    ScheduleProbe();
    return;
  }
  const HealthState before = health_.state();
  health_.Record(success, MonotonicMs());
  status_.health_output = output;
  ScheduleProbe();
  const bool turned = health_.state() == HealthState::kUnhealthy && before != HealthState::kUnhealthy;
  if (turned && settings_.restart_on_unhealthy && stop_calls_.empty()) {
    restart_unhealthy_ = true;
    BeginStop(settings_.stop_signal, settings_.stop_grace_ms);
  }
}

}  // namespace berth
