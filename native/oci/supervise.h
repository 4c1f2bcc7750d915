// The supervise record: how to keep a container. The text form is described in docs/architecture.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace berth {

enum class RestartPolicy { kNo, kAlways, kOnFailure, kUnlessStopped };

struct HealthCheck {
  std::vector<std::string> test;  // argv
  int64_t interval_ms = 30000;
  int64_t timeout_ms = 30000;
  int retries = 3;
  int64_t start_period_ms = 0;
  int64_t start_interval_ms = 5000;
};

struct Supervise {
  std::string id;
  std::string name;
  std::string overlay_dir;
  std::vector<std::string> overlay_lower;  // topmost first
  std::string overlay_upper;
  std::string overlay_work;
  std::string shim_cgroup;
  std::string join_pid;  // container id, or empty
  std::optional<int64_t> shared_shm_bytes;
  bool init = false;
  bool keep_stdin = false;
  std::vector<std::pair<std::string, std::string>> volume_copies;  // source directory, destination in the container
  int stop_signal = 15;
  int64_t stop_grace_ms = 10000;
  RestartPolicy restart_policy = RestartPolicy::kNo;
  int restart_max = 0;
  int64_t restart_delay_ms = 0;
  int64_t restart_window_ms = 10000;
  std::optional<HealthCheck> health;
  bool restart_on_unhealthy = false;
  bool log_json_file = true;
  int64_t log_max_size = 0;
  int log_max_file = 1;
  uint64_t generation = 0;
};

// An error has errnum 0 and names the line. Unknown keys are ignored.
Result<Supervise> ParseSupervise(std::string_view text);

// Escapes and unescapes a value of the `key=value` text form: backslash and newline.
std::string EscapeValue(std::string_view value);
std::string UnescapeValue(std::string_view value);

}  // namespace berth
