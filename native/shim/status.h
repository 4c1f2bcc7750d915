// The status file of a container: what the shim claims about it. docs/architecture.md describes the text.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "runtime/sync.h"
#include "shim/health.h"

namespace berth {

enum class RunStatus { kCreated, kRunning, kPaused, kRestarting, kExited };

struct ContainerStatus {
  std::string boot_id;
  pid_t shim_pid = 0;
  uint64_t shim_start = 0;
  RunStatus status = RunStatus::kCreated;
  pid_t pid = 0;
  uint64_t pid_start = 0;
  std::string started_at;
  std::string finished_at;
  std::optional<int> exit_code;  // 128 + signal for a signal
  std::optional<int> signal;
  bool oom_killed = false;
  int restart_count = 0;
  HealthState health = HealthState::kNone;
  int health_streak = 0;
  std::string health_output;
  bool manually_stopped = false;
  uint64_t generation = 0;
  uint64_t log_dropped = 0;
  // Why the last start failed; `errnum` 0 and an empty step: it did not.
  std::string error_step;
  std::string error_call;
  int error_errno = 0;
  std::string error_what;
};

std::string StatusText(const ContainerStatus& status);

// What another process needs to join the container.
struct RunningInit {
  pid_t pid = 0;
  uint64_t start_time = 0;
};

// Finds the running init in a status text. Fails where the text says that there is none, or that it is paused.
Result<RunningInit> FindRunningInit(std::string_view status_text);

Result<std::string> ReadBootId();

}  // namespace berth
