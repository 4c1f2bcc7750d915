// One cgroup of ours in every hierarchy of the host: v1, hybrid or v2, found at run time. A path such as
// "/berth/shop/<id>" is relative to each hierarchy's mount point. Kernel docs: admin-guide/cgroup-v1, cgroup-v2.rst.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"

namespace berth {

enum class CgroupVersion { kV1 = 1, kV2 = 2 };

struct Controller {
  std::string name;  // "memory", "cpu", …
  CgroupVersion version = CgroupVersion::kV1;
  int hierarchy = 0;        // id in /proc/cgroups
  std::string mount_point;  // empty: the kernel has it, but it is mounted nowhere
};

struct CgroupHost {
  std::vector<Controller> controllers;
  std::string unified;  // mount point of the cgroup2 tree; empty on a pure v1 host
  bool has_v1 = false;  // any controller mounted as v1 (with `unified`: a hybrid host)

  [[nodiscard]] const Controller* Find(const std::string& name) const;
};

// Reads /proc/self/mountinfo and /proc/cgroups.
Result<CgroupHost> DetectCgroupHost();

// Makes the directory in every hierarchy that we use; on v2 passes controllers on from the top down. Existing is success:
// the result is whether all of it is new.
Result<bool> CreateCgroup(const CgroupHost& host, const std::string& path);

// Whether a cgroup may have other values than those that the kernel gives a new one.
enum class CgroupAge { kNew, kUsed };

// Writes the limits. What the host cannot enforce is an error naming the controller, before anything was written.
Status ApplyResources(const CgroupHost& host, const std::string& path, const LinuxResources& resources, CgroupAge age);

// What of `resources` this host cannot enforce: controller and reason. Empty: everything can be.
struct Unsupported {
  std::string controller;
  std::string reason;
};
std::vector<Unsupported> UnsupportedResources(const CgroupHost& host, const LinuxResources& resources);

// What of `resources` has no effect on this host and is no error, a line each, as Docker has it: cgroup v2 dropped two settings
// that files are full of.
std::vector<std::string> ResourcesWithoutEffect(const CgroupHost& host, const LinuxResources& resources);

// One file whose value differs from what ApplyResources would write.
struct CgroupDifference {
  std::string controller;
  std::string file;
  std::string expected;
  std::string actual;
};
Result<std::vector<CgroupDifference>> Differences(const CgroupHost& host, const std::string& path,
                                                  const LinuxResources& resources);

// Moves the calling thread into the v1 hierarchies' cgroups: children are born there. No-op on a pure v2 host.
Status JoinV1(const CgroupHost& host, const std::string& path);

// Moves the calling (single-threaded) process into the cgroup in every hierarchy.
Status JoinAll(const CgroupHost& host, const std::string& path);

// Directory in the unified tree for CLONE_INTO_CGROUP; an invalid fd on a pure v1 host and for an empty path.
Result<UniqueFd> OpenUnified(const CgroupHost& host, const std::string& path);

// Freezes or thaws all processes, and waits until the kernel says so (EBUSY after 5 s).
Status SetFrozen(const CgroupHost& host, const std::string& path, bool frozen);

// Whether all of its processes are frozen.
bool IsFrozen(const CgroupHost& host, const std::string& path);

// SIGKILLs every process in it: cgroup.kill where there is one, else signals until empty; thaws a frozen one.
// Waits until the cgroup is empty; EBUSY after `timeout_ms`. A missing cgroup is success.
Status KillCgroup(const CgroupHost& host, const std::string& path, int timeout_ms);

// Pids of its processes, from whichever hierarchy has it. Empty where it is missing.
std::vector<pid_t> CgroupProcesses(const CgroupHost& host, const std::string& path);

// Removes it and its descendants in every hierarchy; missing is success; EBUSY while processes are in it.
Status RemoveCgroup(const CgroupHost& host, const std::string& path);

// Removes it if no process is in it, which is a few calls where KillCgroup reads every hierarchy. EBUSY: one is.
Status RemoveEmptyCgroup(const CgroupHost& host, const std::string& path);

// Removes the directory itself wherever it is empty, as the parents of ours are once the last stack has gone; best effort.
void PruneCgroup(const CgroupHost& host, const std::string& path);

// Figures; -1 where this host does not measure it.
struct CgroupUsage {
  bool exists = false;
  bool frozen = false;
  int processes = 0;
  int64_t pids = -1, pids_limit = -1;                        // limit -1: max
  int64_t memory = -1, memory_peak = -1, memory_limit = -1;  // bytes
  int64_t cpu_ns = -1, cpu_quota_us = -1, cpu_period_us = -1;
  int64_t oom_kills = -1;
};
CgroupUsage ReadUsage(const CgroupHost& host, const std::string& path);

// How many of its processes the kernel has killed for memory; -1 where this host does not count them.
int64_t ReadOomKills(const CgroupHost& host, const std::string& path);

}  // namespace berth
