#include "runtime/namespaces.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "base/file.h"
#include "base/process.h"
#include "runtime/in_root.h"
#include "runtime/loopback.h"
#include "runtime/peer.h"
#include "runtime/syscalls.h"

namespace berth {

namespace {

struct Kind {
  NamespaceType type;
  int flag;
  const char* file;  // in /proc/<pid>/ns and in <run>/ns
  const char* word;
};

// In the order of entering: what is made after the user namespace belongs to it.
constexpr Kind kKinds[] = {
    {NamespaceType::kUser, CLONE_NEWUSER, "user", "user namespace"},
    {NamespaceType::kNetwork, CLONE_NEWNET, "net", "network namespace"},
    {NamespaceType::kIpc, CLONE_NEWIPC, "ipc", "ipc namespace"},
    {NamespaceType::kUts, CLONE_NEWUTS, "uts", "uts namespace"},
    {NamespaceType::kPid, CLONE_NEWPID, "pid", "pid namespace"},
};

bool IsNamespaceFile(int fd) {
  struct statfs filesystem{};
  return ::fstatfs(fd, &filesystem) == 0 && filesystem.f_type == NSFS_MAGIC;
}

Status Join(int ns_fd, const Kind& kind, const std::string& what) {
  if (!IsNamespaceFile(ns_fd)) {
    return Fail(0, "setns", what + ": is no namespace; its container has not started");
  }
  if (::setns(ns_fd, kind.flag) != 0) {
    return Errno("setns", what);
  }
  return {};
}

Status Unshare(const Kind& kind) {
  if (::unshare(kind.flag) != 0) {
    return Errno("unshare", kind.word);
  }
  return kind.type == NamespaceType::kNetwork ? SetLoopbackUp() : Status();
}

bool CanBePinned(const Kind& kind) { return kind.type != NamespaceType::kUser && kind.type != NamespaceType::kPid; }

// The container of a pin's path, <run>/containers/<id>/ns/<file>; empty where it is no such path.
std::string OwnerOf(const std::string& path, const Kind& kind) {
  const std::string tail = std::string("/ns/") + kind.file;
  if (!path.ends_with(tail) || path.starts_with("/proc/")) {
    return {};
  }
  const std::string directory = path.substr(0, path.size() - tail.size());
  return directory.substr(directory.rfind('/') + 1);
}

// The namespace of a running container's init. That the pid is still this init's is known after the file was opened.
Result<UniqueFd> OpenPeerNamespace(int run_fd, const std::string& id, const Kind& kind) {
  BERTH_ASSIGN(const PeerInit peer, FindPeerInit(run_fd, id));
  BERTH_ASSIGN(UniqueFd ns, OpenAt(AT_FDCWD, "/proc/" + std::to_string(peer.pid) + "/ns/" + kind.file, O_RDONLY));
  BERTH_ASSIGN(const UniqueFd pidfd, OpenProcess(peer.pid, peer.start_time));
  return ns;
}

// The mount holds the namespace while no process is in it, from the first container on that joins it: its owner's next
// start finds it. It stands in the host's mount namespace, where we are.
Status Pin(int ns_fd, int run_fd, const std::string& id, const Kind& kind) {
  const std::string directory = "../" + id + "/ns";
  if (::mkdirat(run_fd, directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return Errno("mkdirat", directory);
  }
  BERTH_ASSIGN(const UniqueFd file, OpenAt(run_fd, directory + "/" + kind.file, O_RDONLY | O_CREAT | O_NOFOLLOW, 0600));
  if (SysMount(FdPath(ns_fd).c_str(), FdPath(file.get()).c_str(), nullptr, MS_BIND, nullptr) != 0) {
    return Errno("mount", std::string(kind.word) + " on " + directory + "/" + kind.file);
  }
  return {};
}

Status JoinPath(const Kind& kind, const std::string& path, int run_fd) {
  auto pinned = OpenAt(AT_FDCWD, path, O_RDONLY);
  const std::string owner = OwnerOf(path, kind);
  if (owner.empty() || (pinned && IsNamespaceFile(pinned->get()))) {
    return pinned ? Join(pinned->get(), kind, path) : std::unexpected(pinned.error());
  }
  BERTH_ASSIGN(const UniqueFd ns, OpenPeerNamespace(run_fd, owner, kind));
  BERTH_TRY(Pin(ns.get(), run_fd, owner, kind));
  return Join(ns.get(), kind, path);
}

// Into the namespace that the container had before, where others have joined it since.
Status EnterOwn(const Kind& kind, int run_fd) {
  if (CanBePinned(kind)) {
    const std::string pin = std::string("ns/") + kind.file;
    if (const auto pinned = OpenAt(run_fd, pin, O_RDONLY | O_NOFOLLOW); pinned && IsNamespaceFile(pinned->get())) {
      return Join(pinned->get(), kind, pin);
    }
  }
  return Unshare(kind);
}

// Where the pid belongs to a later process, or the peer is gone by now, setns is not reached or fails.
Status JoinPeerPid(int run_fd, const std::string& id) {
  BERTH_ASSIGN(const PeerInit peer, FindPeerInit(run_fd, id));
  BERTH_ASSIGN(const UniqueFd pidfd, OpenProcess(peer.pid, peer.start_time));
  if (::setns(pidfd.get(), CLONE_NEWPID) != 0) {
    return Errno("setns", "pid namespace of container " + id);
  }
  return {};
}

// Returns whether the namespace is left to be made by clone.
Result<bool> Enter(const Kind& kind, const Namespace& ns, int run_fd) {
  if (!ns.path.empty()) {
    BERTH_TRY(JoinPath(kind, ns.path, run_fd));
    return false;
  }
  if (kind.type == NamespaceType::kPid) {
    return true;
  }
  BERTH_TRY(EnterOwn(kind, run_fd));
  return false;
}

}  // namespace

int CloneFlag(NamespaceType type) {
  if (type == NamespaceType::kMount) {
    return CLONE_NEWNS;
  }
  if (type == NamespaceType::kCgroup) {
    return CLONE_NEWCGROUP;
  }
  return std::ranges::find(kKinds, type, &Kind::type)->flag;
}

const char* NamespaceFile(NamespaceType type) { return std::ranges::find(kKinds, type, &Kind::type)->file; }

const Namespace* FindNamespace(const RuntimeSpec& spec, NamespaceType type) {
  const auto found = std::ranges::find(spec.namespaces, type, &Namespace::type);
  return found == spec.namespaces.end() ? nullptr : &*found;
}

Result<uint64_t> EnterNamespaces(const RuntimeSpec& spec, const Supervise& supervise, int run_fd, Progress& progress) {
  uint64_t flags = CLONE_NEWNS;
  for (const Kind& kind : kKinds) {
    progress.step = kind.word;
    const Namespace* const ns = FindNamespace(spec, kind.type);
    if (kind.type == NamespaceType::kPid && !supervise.join_pid.empty()) {
      BERTH_TRY(JoinPeerPid(run_fd, supervise.join_pid));
    } else if (ns != nullptr) {
      BERTH_ASSIGN(const bool by_clone, Enter(kind, *ns, run_fd));
      flags |= by_clone ? static_cast<uint64_t>(kind.flag) : 0;
    }
  }
  return flags;
}

Result<UniqueFd> OpenProcess(pid_t pid, uint64_t start_time) {
  UniqueFd pidfd(SysPidfdOpen(pid));
  if (!pidfd.valid()) {
    return Errno("pidfd_open", std::to_string(pid));
  }
  // Only now: with the descriptor held, the pid of a living process cannot pass on to another one.
  const auto started = ProcessStartTime(pid);
  if (!started || *started != start_time) {
    return Fail(ESRCH, "pidfd_open", std::to_string(pid) + ": is another process");
  }
  return pidfd;
}

}  // namespace berth
