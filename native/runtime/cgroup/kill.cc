// Freezing, killing and removing cgroups.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <memory>

#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/text.h"
#include "runtime/cgroup/tree.h"

namespace berth {

namespace {

constexpr int kFreezeTimeoutMs = 5000;
constexpr int kRemoveTimeoutMs = 500;

int64_t NowMs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Asks `done` until it holds or the time is over: at once, then after 0.25 ms, doubling to 8 ms.
template <typename Done>
bool WaitFor(Done done, int timeout_ms) {
  const int64_t end = NowMs() + timeout_ms;
  for (int64_t pause_us = 250; !done(); pause_us = pause_us < 8000 ? pause_us * 2 : pause_us) {
    if (NowMs() >= end) {
      return false;
    }
    const timespec time{0, pause_us * 1000};
    ::nanosleep(&time, nullptr);
  }
  return true;
}

bool Exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::string FreezerPath(const CgroupHost& host, const std::string& path) {
  const Controller* freezer = host.Find("freezer");
  return freezer == nullptr || freezer->mount_point.empty() ? "" : freezer->mount_point + path;
}

std::vector<std::string> Children(const std::string& directory) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") {
      names.emplace_back(name);
    }
  }
  return names;
}

void CollectPids(const std::string& directory, std::vector<pid_t>* pids) {
  const auto text = ReadFileAt(AT_FDCWD, directory + "/cgroup.procs");
  if (!text && text.error().errnum == ENOENT) {
    return;  // nor has it children
  }
  for (const std::string_view line : Split(text ? std::string_view(*text) : std::string_view(), '\n')) {
    if (const auto pid = ParseNumber(line)) {
      pids->push_back(static_cast<pid_t>(*pid));
    }
  }
  for (const std::string& child : Children(directory)) {
    CollectPids(directory + "/" + child, pids);
  }
}

Status RemoveDirectory(const std::string& directory) {
  if (::rmdir(directory.c_str()) == 0 || errno == ENOENT) {
    return {};
  }
  if (errno == EBUSY || errno == ENOTEMPTY) {
    for (const std::string& child : Children(directory)) {
      BERTH_TRY(RemoveDirectory(directory + "/" + child));
    }
    if (::rmdir(directory.c_str()) == 0 || errno == ENOENT) {
      return {};
    }
  }
  return Errno("rmdir", directory);
}

// A v1 freezer keeps even SIGKILLed processes until it is thawed.
void ThawV1(const CgroupHost& host, const std::string& path) {
  if (const std::string freezer = FreezerPath(host, path); !freezer.empty()) {
    (void)WriteControlAt(AT_FDCWD, freezer + "/freezer.state", "THAWED");
  }
}

}  // namespace

std::vector<pid_t> CgroupProcesses(const CgroupHost& host, const std::string& path) {
  for (const std::string& mount_point : MountPoints(host)) {
    std::vector<pid_t> pids;
    CollectPids(mount_point + path, &pids);
    if (!pids.empty()) {
      return pids;
    }
  }
  return {};
}

// "frozen 1" of cgroup.events or "FROZEN" of freezer.state
bool IsFrozen(const CgroupHost& host, const std::string& path) {
  if (!host.unified.empty()) {
    const auto events = ReadFileAt(AT_FDCWD, host.unified + path + "/cgroup.events");
    return events && events->find("frozen 1") != std::string::npos;
  }
  const auto state = ReadFileAt(AT_FDCWD, FreezerPath(host, path) + "/freezer.state");
  return state && Trim(*state) == "FROZEN";
}

Status SetFrozen(const CgroupHost& host, const std::string& path, bool frozen) {
  if (!host.unified.empty()) {
    BERTH_TRY(WriteControlAt(AT_FDCWD, host.unified + path + "/cgroup.freeze", frozen ? "1" : "0"));
  } else {
    const std::string freezer = FreezerPath(host, path);
    if (freezer.empty()) {
      return Fail(ENOENT, "freeze", "controller freezer: not mounted on this host");
    }
    BERTH_TRY(WriteControlAt(AT_FDCWD, freezer + "/freezer.state", frozen ? "FROZEN" : "THAWED"));
  }
  if (!WaitFor([&] { return IsFrozen(host, path) == frozen; }, kFreezeTimeoutMs)) {
    return Fail(EBUSY, "freeze", path + ": processes did not stop within 5 s");
  }
  return {};
}

Status KillCgroup(const CgroupHost& host, const std::string& path, int timeout_ms) {
  const std::string kill_file = host.unified + path + "/cgroup.kill";
  const bool at_once = !host.unified.empty() && Exists(kill_file);
  const bool empty = WaitFor(
      [&] {
        const std::vector<pid_t> pids = CgroupProcesses(host, path);
        if (pids.empty()) {
          return true;
        }
        if (at_once) {
          (void)WriteControlAt(AT_FDCWD, kill_file, "1");
        }
        // Also where the unified tree was told: a process may have been left out of it.
        for (const pid_t pid : pids) {
          ::kill(pid, SIGKILL);
        }
        ThawV1(host, path);
        return false;
      },
      timeout_ms);
  if (!empty) {
    return Fail(EBUSY, "kill", path + ": processes outlive SIGKILL");
  }
  return {};
}

void PruneCgroup(const CgroupHost& host, const std::string& path) {
  for (const std::string& mount_point : MountPoints(host)) {
    (void)::rmdir((mount_point + path).c_str());
  }
}

Status RemoveEmptyCgroup(const CgroupHost& host, const std::string& path) {
  for (const std::string& mount_point : MountPoints(host)) {
    const std::string directory = mount_point + path;
    if (::rmdir(directory.c_str()) != 0 && errno != ENOENT) {
      return Errno("rmdir", directory);
    }
  }
  return {};
}

Status RemoveCgroup(const CgroupHost& host, const std::string& path) {
  for (const std::string& mount_point : MountPoints(host)) {
    Status removed;
    // A killed process leaves its cgroup a moment after it was reaped.
    (void)WaitFor(
        [&] {
          removed = RemoveDirectory(mount_point + path);
          return removed || removed.error().errnum != EBUSY;
        },
        kRemoveTimeoutMs);
    BERTH_TRY(removed);
  }
  return {};
}

}  // namespace berth
