// The shim's side of the start protocol towards the addon (protocol.h).
#include <sys/socket.h>

#include <csignal>

#include "shim/descriptors.h"
#include "shim/supervisor.h"

namespace berth {

void Supervisor::OnAddonReadable() {
  SyncMessage message;
  const ssize_t got = ::recv(input_.sync.get(), &message, sizeof message, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  if (got == sizeof message && message.type == SyncType::kStart && phase_ == Phase::kReady) {
    phase_ = Phase::kExecuting;
    attempt_->Go();
    return;
  }
  if (phase_ == Phase::kExecuting) {
    // It said Start, so the container is wanted, whether or not somebody waits for the answer.
    AddonIsDone();
    return;
  }
  addon_gone_ = true;
  AddonIsDone();
  CancelStart();
}

void Supervisor::TellAddon(const SyncMessage& message) {
  if (input_.sync.valid()) {
    (void)SendRecord(input_.sync.get(), {reinterpret_cast<const char*>(&message), sizeof message}, {}, -1);
  }
}

void Supervisor::AddonIsDone() {
  addon_watch_.reset();
  input_.sync.Reset();
}

}  // namespace berth
