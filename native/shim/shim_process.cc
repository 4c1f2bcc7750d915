#include "shim/shim_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <csignal>

#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/syscalls.h"
#include "shim/protocol.h"

namespace berth {

void DetachFromCaller(int last_fd) {
  (void)SysCloseRange(static_cast<unsigned>(last_fd) + 1, UINT_MAX);
  for (int fd = kSyncFd; fd <= last_fd; ++fd) {
    (void)SetCloexec(fd, true);
  }
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

Status JoinShimCgroup(const Supervise& settings) {
  BERTH_ASSIGN(const CgroupHost host, DetectCgroupHost());
  BERTH_TRY(CreateCgroup(host, settings.shim_cgroup));
  return JoinAll(host, settings.shim_cgroup);
}

void ProtectFromOomKiller() { (void)WriteControlAt(AT_FDCWD, "/proc/self/oom_score_adj", "-999"); }

}  // namespace berth
