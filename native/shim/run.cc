#include "shim/run.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/process.h"
#include "runtime/report.h"
#include "shim/lock.h"
#include "shim/protocol.h"
#include "shim/records.h"
#include "shim/shim_process.h"
#include "shim/signals.h"
#include "shim/supervisor.h"

namespace berth {

namespace {

Result<ContainerStatus> FirstStatus() {
  ContainerStatus status;
  BERTH_ASSIGN(status.boot_id, ReadBootId());
  status.shim_pid = ::getpid();
  BERTH_ASSIGN(status.shim_start, ProcessStartTime(status.shim_pid));
  return status;
}

// `sync` is left with the caller where this fails.
Status Run(const CgroupHost& cgroups, UniqueFd& sync, Progress& progress) {
  progress.step = "lock";
  BERTH_ASSIGN(UniqueFd lock, LockRunDirectory(kRunFd));
  progress.step = "supervise";
  BERTH_ASSIGN(Supervise settings, ReadSettings(kContainerFd));
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);

  progress.step = "shim";
  BERTH_ASSIGN(ContainerStatus status, FirstStatus());
  BERTH_TRY(NameHolder(lock.get(), status.shim_pid, status.shim_start));
  BERTH_ASSIGN(EventLoop loop, EventLoop::Create());
  Children children;
  Supervisor supervisor(loop, children,
                        {.sync = UniqueFd(::fcntl(sync.get(), F_DUPFD_CLOEXEC, 0)),
                         .container_fd = kContainerFd,
                         .run_fd = kRunFd,
                         .stream = AttachedStream(),
                         .lock = std::move(lock),
                         .cgroups = cgroups,
                         .settings = std::move(settings)},
                        std::move(status));
  Signals signals;
  BERTH_TRY(signals.Watch(loop, children, [&supervisor] { supervisor.Terminate(); }));
  BERTH_TRY(supervisor.Begin());
  sync.Reset();
  loop.Run([&supervisor] { supervisor.Settle(); });
  return {};
}

}  // namespace

int RunContainer(const CgroupHost& cgroups) {
  return RunDetached(kStreamFd,
                     [&cgroups](UniqueFd& sync, Progress& progress) { return Run(cgroups, sync, progress); });
}

}  // namespace berth
