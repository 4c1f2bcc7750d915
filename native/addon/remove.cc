// removeContainer and removeStackCgroup: nothing of a container or a stack stays in the kernel.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include "addon/arguments.h"
#include "addon/functions.h"
#include "addon/host.h"
#include "addon/promise_thread.h"
#include "addon/shim_lock.h"
#include "addon/spawn.h"
#include "addon/zygote.h"
#include "base/file.h"
#include "base/process.h"
#include "runtime/pins.h"

namespace berth::addon {

namespace {

constexpr int kKillTimeoutMs = 10'000;
constexpr int kLeaveTimeoutMs = 2000;

// Asks `done` until it holds or the time is over.
template <typename Done>
bool WaitFor(Done done, int timeout_ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (auto pause = std::chrono::microseconds(250); !done();
       pause = std::min(pause * 2, std::chrono::microseconds(8000))) {
    if (std::chrono::steady_clock::now() >= end) {
      return false;
    }
    std::this_thread::sleep_for(pause);
  }
  return true;
}

Status RemovePins(const std::string& run_dir) {
  const auto fd = OpenAt(AT_FDCWD, run_dir, O_RDONLY | O_DIRECTORY);
  if (!fd) {
    return fd.error().errnum == ENOENT ? Status() : std::unexpected(fd.error());
  }
  return UnmountPins(fd->get(), 0);
}

struct RemoveRequest {
  std::string run_dir;
  std::string cgroup;
  std::vector<std::string> trees;
};

// The shim leaves by itself once its container has ended; one that does not is killed, and its container dies with it. Its
// pid is a claim of the lock file, checked by its start time.
Status EndShim(const std::string& run_dir) {
  const auto gone = [&] {
    ReapShims();
    return !ShimAlive(run_dir);
  };
  if (WaitFor(gone, kLeaveTimeoutMs)) {
    return {};
  }
  if (const auto shim = ShimOf(run_dir)) {
    const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, shim->pid, 0)));
    if (pidfd.valid() && ProcessAlive(shim->pid, shim->start_time)) {
      ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
    }
  }
  return WaitFor(gone, kLeaveTimeoutMs) ? Status() : Status(Fail(EBUSY, "remove", run_dir + ": berth-shim still runs"));
}

Outcome<Nothing> RemoveContainer(const RemoveRequest& request) {
  BERTH_TRY(EndShim(request.run_dir));
  BERTH_ASSIGN(const CgroupHost& host, Host());
  if (!RemoveEmptyCgroup(host, request.cgroup)) {
    BERTH_TRY(KillCgroup(host, request.cgroup, kKillTimeoutMs));
    BERTH_TRY(RemoveCgroup(host, request.cgroup));
  }
  BERTH_TRY(RemovePins(request.run_dir));
  for (const std::string& tree : request.trees) {
    BERTH_TRY(RemoveTreeAt(AT_FDCWD, tree));
  }
  return Nothing{};
}

bool CgroupExists(const CgroupHost& host, const std::string& path) { return ReadUsage(host, path).exists; }

Outcome<Nothing> RemoveStackCgroup(const std::string& cgroup) {
  BERTH_ASSIGN(const CgroupHost& host, Host());
  const std::string shims = cgroup + "/shim";
  EndZygote();
  (void)WaitFor(
      [&] {
        ReapShims();
        PruneCgroup(host, shims);
        return !CgroupExists(host, shims);
      },
      kLeaveTimeoutMs);
  PruneCgroup(host, cgroup);
  PruneCgroup(host, cgroup.substr(0, cgroup.rfind('/')));
  return Nothing{};
}

Napi::Value Settled(Napi::Env env, const Nothing&) { return env.Undefined(); }

Napi::Value RemoveContainerJs(const Napi::CallbackInfo& info) {
  const auto options = info[0].As<Napi::Object>();
  RemoveRequest request{Text(options, "runDir"), Text(options, "cgroup"), {}};
  const auto trees = options.Get("trees").As<Napi::Array>();
  for (uint32_t i = 0; i < trees.Length(); ++i) {
    request.trees.push_back(Text(trees.Get(i)));
  }
  return PromiseThread<Nothing>::Start(info.Env(), [request] { return RemoveContainer(request); }, Settled);
}

Napi::Value RemoveStackCgroupJs(const Napi::CallbackInfo& info) {
  const std::string cgroup = Text(info[0]);
  return PromiseThread<Nothing>::Start(info.Env(), [cgroup] { return RemoveStackCgroup(cgroup); }, Settled);
}

}  // namespace

void ExportRemove(Napi::Object exports) {
  Export(exports, "removeContainer", RemoveContainerJs);
  Export(exports, "removeStackCgroup", RemoveStackCgroupJs);
}

}  // namespace berth::addon
