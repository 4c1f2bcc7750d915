#include "shim/status.h"

#include <fcntl.h>

#include <charconv>

#include "base/file.h"
#include "oci/supervise.h"

namespace berth {

namespace {

const char* StatusName(RunStatus status) {
  switch (status) {
    case RunStatus::kCreated:
      return "created";
    case RunStatus::kRunning:
      return "running";
    case RunStatus::kPaused:
      return "paused";
    case RunStatus::kRestarting:
      return "restarting";
    case RunStatus::kExited:
      return "exited";
  }
  return "exited";
}

void Put(std::string& out, const char* key, std::string_view value) {
  out += key;
  out += '=';
  out += value;
  out += '\n';
}

void PutText(std::string& out, const char* key, std::string_view value) { Put(out, key, EscapeValue(value)); }

template <typename Number>
void PutNumber(std::string& out, const char* key, Number value) {
  Put(out, key, std::to_string(value));
}

void PutOptional(std::string& out, const char* key, const std::optional<int>& value) {
  Put(out, key, value ? std::to_string(*value) : std::string());
}

std::string_view FindValue(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == '=') {
      return line.substr(key.size() + 1);
    }
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return {};
}

template <typename Number>
Number FindNumber(std::string_view text, std::string_view key) {
  Number number = 0;
  const std::string_view value = FindValue(text, key);
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

}  // namespace

std::string StatusText(const ContainerStatus& status) {
  std::string out;
  PutNumber(out, "version", 1);
  Put(out, "boot_id", status.boot_id);
  PutNumber(out, "shim_pid", status.shim_pid);
  PutNumber(out, "shim_start", status.shim_start);
  Put(out, "status", StatusName(status.status));
  PutNumber(out, "pid", status.pid);
  PutNumber(out, "pid_start", status.pid_start);
  Put(out, "started_at", status.started_at);
  Put(out, "finished_at", status.finished_at);
  PutOptional(out, "exit_code", status.exit_code);
  PutOptional(out, "signal", status.signal);
  PutNumber(out, "oom_killed", status.oom_killed ? 1 : 0);
  PutNumber(out, "restart_count", status.restart_count);
  Put(out, "health", HealthName(status.health));
  PutNumber(out, "health_streak", status.health_streak);
  PutText(out, "health_output", status.health_output);
  PutNumber(out, "manually_stopped", status.manually_stopped ? 1 : 0);
  PutNumber(out, "generation", status.generation);
  PutNumber(out, "log_dropped", status.log_dropped);
  PutText(out, "error_step", status.error_step);
  PutText(out, "error_call", status.error_call);
  PutNumber(out, "error_errno", status.error_errno);
  PutText(out, "error_what", status.error_what);
  return out;
}

Result<RunningInit> FindRunningInit(std::string_view status_text) {
  const std::string_view status = FindValue(status_text, "status");
  if (status == "paused") {
    return Fail(EBUSY, "join", "container is paused");
  }
  const RunningInit init{FindNumber<pid_t>(status_text, "pid"), FindNumber<uint64_t>(status_text, "pid_start")};
  if (status != "running" || init.pid <= 0) {
    return Fail(ESRCH, "join", "container is not running");
  }
  return init;
}

Result<std::string> ReadBootId() {
  BERTH_ASSIGN(std::string id, ReadFileAt(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64));
  while (!id.empty() && id.back() == '\n') {
    id.pop_back();
  }
  return id;
}

}  // namespace berth
