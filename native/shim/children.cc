#include "shim/children.h"

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace berth {

namespace {

constexpr size_t kStrangersKept = 16;

}  // namespace

void Children::Add(pid_t pid, Callback callback) {
  const auto stranger = std::ranges::find(strangers_, pid, &Stranger::pid);
  if (stranger == strangers_.end()) {
    children_.push_back({pid, std::move(callback)});
    return;
  }
  const int wait_status = stranger->wait_status;
  strangers_.erase(stranger);
  callback(wait_status);
}

void Children::Reap() {
  for (;;) {
    int wait_status = 0;
    const pid_t pid = ::waitpid(-1, &wait_status, WNOHANG);
    if (pid > 0) {
      Ended(pid, wait_status);
    } else if (pid == 0 || errno != EINTR) {
      return;
    }
  }
}

void Children::Ended(pid_t pid, int wait_status) {
  const auto child = std::ranges::find(children_, pid, &Child::pid);
  if (child != children_.end()) {
    const Callback callback = std::move(child->callback);
    children_.erase(child);
    callback(wait_status);
    return;
  }
  if (strangers_.size() == kStrangersKept) {
    strangers_.erase(strangers_.begin());
  }
  strangers_.push_back({pid, wait_status});
}

}  // namespace berth
