#include "shim/supervisor.h"

#include <string_view>

#include "base/file.h"
#include "runtime/pins.h"
#include "shim/memory.h"
#include "shim/records.h"

namespace berth {

Supervisor::Supervisor(EventLoop& loop, Children& children, ShimInput input, ContainerStatus status)
    : loop_(loop),
      children_(children),
      input_(std::move(input)),
      settings_(input_.settings),
      status_(std::move(status)),
      cgroup_(ContainerCgroup(settings_)),
      log_(input_.container_fd, settings_.id + "-json.log"),
      io_(loop, &log_, false),
      control_(loop, [this](ControlCall call) { OnCall(std::move(call)); }),
      restart_timer_(loop, [this] { RestartByPolicy(); }),
      grace_timer_(loop, [this] { KillEverything(); }),
      probe_(loop),
      probe_timer_(loop, [this] { ProbeNow(); }) {}

Status Supervisor::Begin() {
  BERTH_TRY(control_.Listen(input_.run_fd));
  pins_before_ = MountedPins(input_.run_fd);
  if (input_.stream.valid()) {
    io_.clients().Add(std::move(input_.stream), kAttachStdin | kAttachOutput | kAttachStates);
  }
  addon_watch_ = std::make_unique<Watch>(loop_, input_.sync.get(), EPOLLIN, [this](uint32_t) { OnAddonReadable(); });
  StartRun();
  return {};
}

void Supervisor::Settle() {
  control_.Settle();
  io_.clients().Settle();
  // Before the first run there is nothing to say that the record does not. Between the end of a run and what comes next the
  // status would claim a running container without a process.
  if (!first_start_ && phase_ != Phase::kEnding && phase_ != Phase::kGone) {
    Publish();
  }
  if (phase_ != settled_phase_) {
    settled_phase_ = phase_;
    ReleaseUnusedMemory();
  }
}

std::string Supervisor::PresentStatus() {
  status_.health = health_.state();
  status_.health_streak = health_.streak();
  status_.generation = settings_.generation;
  status_.log_dropped = log_.dropped();
  return StatusText(status_);
}

void Supervisor::Publish() {
  const std::string text = PresentStatus();
  const size_t hash = std::hash<std::string_view>()(text);
  if (hash == published_ || !ReplaceFileAt(input_.run_fd, "status", text, 0600, false)) {
    return;
  }
  published_ = hash;
  io_.clients().Send(kAttachStates, FrameType::kStatus, text);
}

}  // namespace berth
