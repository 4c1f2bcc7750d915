#include <sched.h>

#include <optional>

#include "runtime/cgroup/cgroup.h"
#include "runtime/confinement.h"
#include "runtime/container.h"
#include "runtime/host_mounts.h"
#include "runtime/init.h"
#include "runtime/leave_host.h"
#include "runtime/namespaces.h"
#include "runtime/net_devices.h"
#include "runtime/report.h"
#include "runtime/shared_shm.h"
#include "runtime/syscalls.h"
#include "runtime/sysctl.h"

namespace berth {

namespace {

Status SetUpCgroup(const CgroupHost& cgroups, const RuntimeSpec& spec) {
  if (spec.cgroups_path.empty()) {
    return {};
  }
  BERTH_ASSIGN(const bool is_new, CreateCgroup(cgroups, spec.cgroups_path));
  return ApplyResources(cgroups, spec.cgroups_path, spec.resources, is_new ? CgroupAge::kNew : CgroupAge::kUsed);
}

Result<pid_t> Create(const CreateOptions& options, Progress& progress) {
  progress.step = "hooks";
  if (HasHooks(options.spec->hooks) && options.state == nullptr) {
    return Fail(0, "config.json", "/hooks: are run for an engine's containers only");
  }
  BERTH_ASSIGN(Confinement confinement,
               PrepareConfinement(*options.spec, options.spec->process, *options.supervise, progress));
  BERTH_TRY(CheckSysctls(*options.spec, progress));
  progress.step = "cgroup";
  const CgroupHost& cgroups = *options.cgroups;
  BERTH_TRY(SetUpCgroup(cgroups, *options.spec));
  BERTH_ASSIGN(const UniqueFd unified, OpenUnified(cgroups, options.spec->cgroups_path));
  if (options.supervise->shared_shm_bytes) {
    progress.step = "shared shm";
    BERTH_TRY(EnsureSharedShm(options.run_fd, *options.supervise->shared_shm_bytes));
  }
  progress.step = "network devices";
  BERTH_ASSIGN(std::optional<NetDeviceHelper> helper, NetDeviceHelper::Fork(options.spec->net_devices));
  progress.step = "user namespace";
  BERTH_ASSIGN(const UserNamespace user, FindUserNamespace(*options.spec, options.run_fd));
  BERTH_ASSIGN(const uint64_t missing, JoinNamespaces(*options.spec, *options.supervise, options.run_fd, progress));
  BERTH_ASSIGN(const HostMounts lent, MakeHostMounts(RootfsOptionsOf(options), user, missing, progress));
  if (user.valid()) {
    BERTH_TRY(LeaveHost(options.spec->process, options.stdio, user, progress));
    progress.step = "user namespace";
    BERTH_TRY(EnterUserNamespace(user));
  }
  BERTH_ASSIGN(const uint64_t flags, MakeNamespaces(missing, progress));
  progress.step = "time namespace";
  BERTH_TRY(WriteTimeOffsets(options.spec->time_offsets));
  if (helper) {
    progress.step = "network devices";
    BERTH_TRY(helper->Move());
  }
  progress.step = "clone";
  BERTH_ASSIGN(const Cloned cloned, CloneProcess(flags | CLONE_PARENT, unified.get()));
  if (cloned.pid == 0) {
    InitMain(options, {.cgroups = cgroups,
                       .confinement = confinement,
                       .lent = lent,
                       .in_unified = cloned.in_cgroup,
                       .in_user_namespace = user.valid()});
  }
  return cloned.pid;
}

}  // namespace

Result<pid_t> CreateInit(const CreateOptions& options) {
  Progress progress;
  auto pid = Create(options, progress);
  if (!pid) {
    SendFailed(options.sync_fd, progress, pid.error());
  }
  return pid;
}

}  // namespace berth
