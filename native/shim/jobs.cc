#include "shim/jobs.h"

#include "runtime/cgroup/cgroup.h"
#include "shim/records.h"

namespace berth {

namespace {

constexpr int kKillTimeoutMs = 10'000;

}  // namespace

// The OOM kills are counted while there still is somebody to ask. The cgroup goes between two runs, too: it may be frozen,
// and kernels that have had cgroup.kill written for it kill who is cloned into it afterwards (seen on 6.18).
Result<WorkerReply> CleanUpJob(const CgroupHost& host, const std::string& cgroup) {
  BERTH_TRY(KillCgroup(host, cgroup, kKillTimeoutMs));
  WorkerReply reply = Succeeded();
  reply.oom_kills = ReadOomKills(host, cgroup);
  BERTH_TRY(RemoveCgroup(host, cgroup));
  return reply;
}

Result<WorkerReply> KillJob(const std::string& cgroup) {
  BERTH_ASSIGN(const CgroupHost host, DetectCgroupHost());
  BERTH_TRY(KillCgroup(host, cgroup, kKillTimeoutMs));
  return Succeeded();
}

Result<WorkerReply> FreezeJob(const std::string& cgroup, bool frozen) {
  BERTH_ASSIGN(const CgroupHost host, DetectCgroupHost());
  BERTH_TRY(SetFrozen(host, cgroup, frozen));
  return Succeeded();
}

Result<WorkerReply> ApplyLimitsJob(int container_fd, const std::string& cgroup) {
  BERTH_ASSIGN(RuntimeSpec spec, ReadSpec(container_fd));
  // Other device rules mean another container. Writing v1's anew would deny everything for a moment.
  spec.resources.devices.clear();
  BERTH_ASSIGN(const CgroupHost host, DetectCgroupHost());
  BERTH_TRY(ApplyResources(host, cgroup, spec.resources, CgroupAge::kUsed));
  return Succeeded();
}

}  // namespace berth
