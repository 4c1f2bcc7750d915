#include "runtime_cli/remove.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/process.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/namespaces.h"
#include "runtime/pins.h"
#include "runtime_cli/hooks.h"
#include "runtime_cli/host_cgroups.h"
#include "runtime_cli/log.h"

namespace berth {

namespace {

constexpr int kKillTimeoutMs = 10000;

// A v1 freezer keeps even a killed process; cgroup.freeze does not.
Status ThawForKill(const State& state) {
  if (state.cgroup.empty()) {
    return {};
  }
  BERTH_ASSIGN(const CgroupHost cgroups, HostCgroups());
  const bool kept = cgroups.unified.empty() && IsFrozen(cgroups, state.cgroup);
  return kept ? SetFrozen(cgroups, state.cgroup, false) : Status();
}

Status SignalAll(const State& state, int signal) {
  if (signal == SIGKILL) {
    return KillContainer(state);
  }
  BERTH_ASSIGN(const CgroupHost cgroups, HostCgroups());
  for (const pid_t pid : CgroupProcesses(cgroups, state.cgroup)) {
    if (::kill(pid, signal) != 0 && errno != ESRCH) {
      return Errno("kill", "container " + state.id + ", pid " + std::to_string(pid));
    }
  }
  return {};
}

}  // namespace

Result<int> ParseSignal(const std::string& text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  if (const auto [stop, problem] = std::from_chars(text.data(), end, number);
      problem == std::errc() && stop == end && number > 0 && number < NSIG) {
    return number;
  }
  std::string name = text;
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  name = name.starts_with("SIG") ? name.substr(3) : name;
  for (int signal = 1; signal < NSIG; ++signal) {
    if (const char* const known = ::sigabbrev_np(signal); known != nullptr && name == known) {
      return signal;
    }
  }
  return Fail(0, "", "signal " + text + ": expected a number or a name such as TERM");
}

Status SignalContainer(const State& state, int signal, bool all) {
  if (all) {
    BERTH_TRY(CheckCgroup(state, "kill --all"));
    return SignalAll(state, signal);
  }
  const auto init = OpenProcess(state.pid, state.start_time);
  if (!init || !ProcessAlive(state.pid, state.start_time)) {  // its parent may not have waited for it yet
    return Fail(ESRCH, "", "container " + state.id + ": container not running");
  }
  if (::syscall(SYS_pidfd_send_signal, init->get(), signal, nullptr, 0) != 0) {
    return Errno("pidfd_send_signal", "container " + state.id);
  }
  return signal == SIGKILL ? ThawForKill(state) : Status();
}

Status KillContainer(const State& state) {
  if (!state.cgroup.empty()) {
    BERTH_ASSIGN(const CgroupHost cgroups, HostCgroups());
    return KillCgroup(cgroups, state.cgroup, kKillTimeoutMs);
  }
  const auto init = state.pid == 0 ? Result<UniqueFd>(UniqueFd()) : OpenProcess(state.pid, state.start_time);
  if (!init || !init->valid()) {
    return {};
  }
  if (::syscall(SYS_pidfd_send_signal, init->get(), SIGKILL, nullptr, 0) != 0 && errno != ESRCH) {
    return Errno("pidfd_send_signal", "container " + state.id);
  }
  pollfd ended{.fd = init->get(), .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, kKillTimeoutMs) == 1 ? Status() : Fail(EBUSY, "kill", "container " + state.id);
}

namespace {

// With their cgroup. Nearly always init was the last one, and nothing is left to kill.
Status RemoveProcesses(const State& state) {
  if (state.cgroup.empty()) {
    return KillContainer(state);
  }
  BERTH_ASSIGN(const CgroupHost cgroups, HostCgroups());
  if (RemoveEmptyCgroup(cgroups, state.cgroup)) {
    return {};
  }
  BERTH_TRY(KillContainer(state));
  return RemoveCgroup(cgroups, state.cgroup);
}

}  // namespace

Status RemoveContainer(const Arguments& arguments, const std::string& root, const StateDir& dir, const State& state) {
  const auto hooks = ReadHooks(dir, state);
  BERTH_TRY(RemoveProcesses(state));
  BERTH_TRY(UnmountPins(dir.fd.get(), 0));
  BERTH_TRY(RemoveStateDir(root, dir));
  if (hooks) {
    RunPoststopHooks(arguments, state, *hooks);
  } else {
    Warn(arguments, "container " + state.id + ": poststop hooks: " + ErrorText(hooks.error()));
  }
  return {};
}

}  // namespace berth
