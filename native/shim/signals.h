// Signals as events of the loop.
#pragma once

#include <functional>
#include <memory>

#include "base/result.h"
#include "base/unique_fd.h"
#include "shim/children.h"
#include "shim/event_loop.h"

namespace berth {

class Signals {
 public:
  // Reaps `children` on SIGCHLD and calls `on_terminate` on SIGTERM. Both must be blocked.
  Status Watch(EventLoop& loop, Children& children, std::function<void()> on_terminate);

 private:
  UniqueFd fd_;
  std::unique_ptr<berth::Watch> watch_;
};

}  // namespace berth
