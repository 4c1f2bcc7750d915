#include "shim/shim_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <utility>

#include "base/file.h"
#include "base/procfs.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/syscalls.h"
#include "shim/memory.h"
#include "shim/protocol.h"

namespace berth {

void DetachFromCaller(int last_fd) {
  (void)SysCloseRange(static_cast<unsigned>(last_fd) + 1, UINT_MAX);
  for (int fd = kSyncFd; fd <= last_fd; ++fd) {
    (void)SetCloexec(fd, true);
  }
  // A container that shares its pid namespace sees what enters it, from the first instruction on.
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  ::setsid();
  (void)!::chdir("/");
  ::umask(027);
  ::prctl(PR_SET_NAME, "berth-shim");
  for (const int signal : {SIGHUP, SIGINT, SIGPIPE}) {
    ::signal(signal, SIG_IGN);
  }
  sigset_t blocked;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGCHLD);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
}

UniqueFd AttachedStream() {
  struct stat info{};
  const bool attached = ::fstat(kStreamFd, &info) == 0 && S_ISSOCK(info.st_mode);
  UniqueFd stream(kStreamFd);
  return attached ? std::move(stream) : UniqueFd();
}

int RunDetached(int last_fd, const std::function<Status(UniqueFd& sync, Progress& progress)>& work) {
  TuneAllocator();
  DetachFromCaller(last_fd);
  UniqueFd sync(kSyncFd);
  Progress progress;
  if (const auto ended = work(sync, progress); !ended) {
    SendFailed(sync.get(), progress, ended.error());
    return 1;
  }
  return 0;
}

Status JoinShimCgroup(const Supervise& settings) {
  BERTH_ASSIGN(const CgroupHost host, DetectCgroupHost());
  BERTH_TRY(CreateCgroup(host, settings.shim_cgroup));
  return JoinAll(host, settings.shim_cgroup);
}

void ProtectFromOomKiller() { (void)WriteProcFile("self/oom_score_adj", "-999"); }

}  // namespace berth
