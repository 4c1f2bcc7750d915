// One run of a container's health test.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "oci/supervise.h"
#include "shim/children.h"
#include "shim/event_loop.h"
#include "shim/status.h"

namespace berth {

class Probe {
 public:
  // `success`: the test exited with 0 in time. `output`: the end of what it wrote, or why it did not run.
  using Done = std::function<void(bool success, const std::string& output)>;

  explicit Probe(EventLoop& loop) : loop_(loop) {}

  // Runs `check.test` as the container's user in its namespaces and cgroup. A child reads config.json, joins, waits, and
  // kills the test's session when it takes too long; that child is the only one at a time. `done` is not called after Cancel().
  Status Start(Children& children, int container_fd, const RunningInit& init, const HealthCheck& check, Done done);
  // Forgets a running test. It dies with its container, and its waiter at once.
  void Cancel();

  [[nodiscard]] bool running() const { return waiter_ > 0; }

 private:
  // False: nothing to read now, or the end.
  bool Read();
  void OnWaiterEnded(int wait_status);

  EventLoop& loop_;
  pid_t waiter_ = 0;
  UniqueFd output_fd_;
  std::unique_ptr<Watch> watch_;
  std::string output_;
  Done done_;
};

}  // namespace berth
