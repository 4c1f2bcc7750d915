#include "runtime/namespaces.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/process.h"
#include "base/procfs.h"
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

constexpr Kind kUser{NamespaceType::kUser, CLONE_NEWUSER, "user", "user namespace"};

// Beside the user namespace, which is found before and entered between joining and making these.
constexpr Kind kKinds[] = {
    {NamespaceType::kNetwork, CLONE_NEWNET, "net", "network namespace"},
    {NamespaceType::kIpc, CLONE_NEWIPC, "ipc", "ipc namespace"},
    {NamespaceType::kUts, CLONE_NEWUTS, "uts", "uts namespace"},
    {NamespaceType::kTime, CLONE_NEWTIME, "time", "time namespace"},
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

// The container of a pin's path, <run>/containers/<id>/ns/<file>; empty where it is no such path.
std::string OwnerOf(const std::string& path, const Kind& kind) {
  const std::string tail = std::string("/ns/") + kind.file;
  if (!path.ends_with(tail) || path.starts_with("/proc/")) {
    return {};
  }
  const std::string directory = path.substr(0, path.size() - tail.size());
  return directory.substr(directory.rfind('/') + 1);
}

// A namespace of a running container's init. That the pid is still this init's is known after the file was opened.
Result<UniqueFd> OpenPeerNamespace(const PeerInit& peer, const Kind& kind) {
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

// <run>/containers/<id>/ns/<file>, where it is mounted.
std::optional<UniqueFd> OpenPin(int run_fd, const std::string& directory, const Kind& kind) {
  auto pinned = OpenAt(run_fd, directory + "ns/" + kind.file, O_RDONLY | O_NOFOLLOW);
  return pinned && IsNamespaceFile(pinned->get()) ? std::optional(*std::move(pinned)) : std::nullopt;
}

// A namespace is of use to its owner's next start only in the user namespace that it belongs to: that is pinned, too.
Result<UniqueFd> PinPeer(int run_fd, const std::string& id, const Kind& kind) {
  BERTH_ASSIGN(const PeerInit peer, FindPeerInit(run_fd, id));
  BERTH_ASSIGN(UniqueFd ns, OpenPeerNamespace(peer, kind));
  BERTH_TRY(Pin(ns.get(), run_fd, id, kind));
  if (kind.type != NamespaceType::kUser && !OpenPin(run_fd, "../" + id + "/", kUser)) {
    BERTH_ASSIGN(const UniqueFd user, OpenPeerNamespace(peer, kUser));
    BERTH_ASSIGN(const bool own, IsOwnUserNamespace(user.get()));
    BERTH_TRY(own ? Status() : Pin(user.get(), run_fd, id, kUser));
  }
  return ns;
}

Result<UniqueFd> OpenByPath(const Kind& kind, const std::string& path, int run_fd) {
  auto pinned = OpenAt(AT_FDCWD, path, O_RDONLY);
  const std::string owner = OwnerOf(path, kind);
  return owner.empty() || (pinned && IsNamespaceFile(pinned->get())) ? std::move(pinned) : PinPeer(run_fd, owner, kind);
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

// Returns whether the namespace is left to be made.
Result<bool> JoinIfThere(const Kind& kind, const Namespace& ns, int run_fd) {
  if (!ns.path.empty()) {
    BERTH_ASSIGN(const UniqueFd other, OpenByPath(kind, ns.path, run_fd));
    BERTH_TRY(Join(other.get(), kind, ns.path));
    return false;
  }
  const auto pinned = kind.type == NamespaceType::kPid ? std::nullopt : OpenPin(run_fd, "", kind);
  if (pinned) {
    BERTH_TRY(Join(pinned->get(), kind, std::string("ns/") + kind.file));
  }
  return !pinned;
}

}  // namespace

int CloneFlag(NamespaceType type) {
  if (type == NamespaceType::kMount) {
    return CLONE_NEWNS;
  }
  if (type == NamespaceType::kCgroup) {
    return CLONE_NEWCGROUP;
  }
  return type == NamespaceType::kUser ? CLONE_NEWUSER : std::ranges::find(kKinds, type, &Kind::type)->flag;
}

const char* NamespaceFile(NamespaceType type) {
  return type == NamespaceType::kUser ? kUser.file : std::ranges::find(kKinds, type, &Kind::type)->file;
}

const Namespace* FindNamespace(const RuntimeSpec& spec, NamespaceType type) {
  const auto found = std::ranges::find(spec.namespaces, type, &Namespace::type);
  return found == spec.namespaces.end() ? nullptr : &*found;
}

Result<UserNamespace> FindUserNamespace(const RuntimeSpec& spec, int run_fd) {
  const Namespace* const ns = FindNamespace(spec, NamespaceType::kUser);
  if (ns == nullptr) {
    return UserNamespace{};
  }
  if (ns->path.empty()) {
    auto pinned = OpenPin(run_fd, "", kUser);
    return pinned ? OpenUserNamespace(*std::move(pinned)) : NewUserNamespace(spec.ids);
  }
  BERTH_ASSIGN(UniqueFd other, OpenByPath(kUser, ns->path, run_fd));
  if (!IsNamespaceFile(other.get())) {
    return Fail(0, "setns", ns->path + ": is no namespace");
  }
  return OpenUserNamespace(std::move(other));
}

Result<uint64_t> JoinNamespaces(const RuntimeSpec& spec, const Supervise& supervise, int run_fd, Progress& progress) {
  uint64_t missing = 0;
  for (const Kind& kind : kKinds) {
    progress.step = kind.word;
    const Namespace* const ns = FindNamespace(spec, kind.type);
    if (kind.type == NamespaceType::kPid && !supervise.join_pid.empty()) {
      BERTH_TRY(JoinPeerPid(run_fd, supervise.join_pid));
    } else if (ns != nullptr) {
      BERTH_ASSIGN(const bool is_missing, JoinIfThere(kind, *ns, run_fd));
      missing |= is_missing ? static_cast<uint64_t>(kind.flag) : 0;
    }
  }
  return missing;
}

Status WriteTimeOffsets(const std::map<std::string, TimeOffset>& offsets) {
  std::string text;
  for (const auto& [clock, offset] : offsets) {
    text += clock + " " + std::to_string(offset.seconds) + " " + std::to_string(offset.nanoseconds) + "\n";
  }
  return text.empty() ? Status() : WriteProcFile("self/timens_offsets", text);
}

Result<uint64_t> MakeNamespaces(uint64_t missing, Progress& progress) {
  for (const Kind& kind : kKinds) {
    if (kind.type != NamespaceType::kPid && (missing & static_cast<uint64_t>(kind.flag)) != 0) {
      progress.step = kind.word;
      BERTH_TRY(Unshare(kind));
    }
  }
  return CLONE_NEWNS | (missing & CLONE_NEWPID);
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
