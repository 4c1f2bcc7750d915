#include "runtime/user_namespace.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/file.h"
#include "base/local_socket.h"
#include "base/procfs.h"
#include "runtime/syscalls.h"

namespace berth {

namespace {

// Below /proc.
std::string ProcName(pid_t pid, const char* file) { return std::to_string(pid) + "/" + file; }

std::string MapText(const std::vector<IdMapping>& mappings) {
  std::string text;
  for (const IdMapping& mapping : mappings) {
    text += std::to_string(mapping.container_id) + " " + std::to_string(mapping.host_id) + " " +
            std::to_string(mapping.size) + "\n";
  }
  return text;
}

// The next number of `text`, which is cut off; nothing at its end.
std::optional<uint32_t> NextNumber(std::string_view& text) {
  const size_t begin = text.find_first_of("0123456789");
  if (begin == std::string_view::npos) {
    return std::nullopt;
  }
  uint32_t number = 0;
  const char* const stop = std::from_chars(text.data() + begin, text.data() + text.size(), number).ptr;
  text.remove_prefix(static_cast<size_t>(stop - text.data()));
  return number;
}

Result<std::vector<IdMapping>> ReadMap(pid_t pid, const char* file) {
  BERTH_ASSIGN(const std::string text, ReadFileAt(AT_FDCWD, "/proc/" + ProcName(pid, file), 1U << 20U));
  std::vector<IdMapping> mappings;
  std::string_view rest = text;
  while (const auto container_id = NextNumber(rest)) {
    const auto host_id = NextNumber(rest);
    const auto size = NextNumber(rest);
    mappings.push_back({*container_id, host_id.value_or(0), size.value_or(0)});
  }
  return mappings;
}

Result<IdMappings> ReadMaps(pid_t pid) {
  IdMappings ids;
  BERTH_ASSIGN(ids.uids, ReadMap(pid, "uid_map"));
  BERTH_ASSIGN(ids.gids, ReadMap(pid, "gid_map"));
  return ids;
}

// A child that is in a user namespace and does nothing, for as long as `use` looks at it.
template <typename T>
Result<T> WithProcess(uint64_t flags, int join_fd, const std::function<Result<T>(pid_t)>& use) {
  BERTH_ASSIGN(SocketPair pair, MakeSocketPair(SOCK_SEQPACKET));
  BERTH_ASSIGN(const Cloned child, CloneProcess(flags, -1));
  if (child.pid == 0) {
    pair.ours.Reset();  // so that its end, the parent's, shows
    int errnum = join_fd >= 0 && ::setns(join_fd, CLONE_NEWUSER) != 0 ? errno : 0;
    (void)::send(pair.theirs.get(), &errnum, sizeof errnum, MSG_NOSIGNAL);
    (void)::recv(pair.theirs.get(), &errnum, sizeof errnum, 0);
    ::_exit(0);
  }
  pair.theirs.Reset();
  int errnum = ECHILD;
  (void)::recv(pair.ours.get(), &errnum, sizeof errnum, 0);
  Result<T> used = errnum == 0 ? use(child.pid) : Fail(errnum, "setns", "user namespace");
  pair.ours.Reset();
  while (::waitpid(child.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return used;
}

Result<UniqueFd> OpenNamespace(pid_t pid) { return OpenAt(AT_FDCWD, "/proc/" + ProcName(pid, "ns/user"), O_RDONLY); }

Result<UniqueFd> MapNamespace(pid_t pid, const IdMappings& ids) {
  BERTH_TRY(WriteProcFile(ProcName(pid, "uid_map"), MapText(ids.uids)));
  BERTH_TRY(WriteProcFile(ProcName(pid, "gid_map"), MapText(ids.gids)));
  return OpenNamespace(pid);
}

}  // namespace

std::optional<uint32_t> HostId(const std::vector<IdMapping>& mappings, uint32_t id) {
  for (const IdMapping& mapping : mappings) {
    if (id >= mapping.container_id && id - mapping.container_id < mapping.size) {
      return mapping.host_id + (id - mapping.container_id);
    }
  }
  return std::nullopt;
}

Result<UserNamespace> NewUserNamespace(const IdMappings& ids) {
  UserNamespace user;
  BERTH_ASSIGN(user.fd, WithProcess<UniqueFd>(CLONE_NEWUSER, -1, [&ids](pid_t pid) { return MapNamespace(pid, ids); }));
  user.ids = ids;
  return user;
}

Result<bool> IsOwnUserNamespace(int ns_fd) {
  struct stat own{};
  struct stat other{};
  if (::stat("/proc/self/ns/user", &own) != 0 || ::fstat(ns_fd, &other) != 0) {
    return Errno("stat", "user namespace");
  }
  return own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

Result<UserNamespace> OpenUserNamespace(UniqueFd fd) {
  UserNamespace user;
  BERTH_ASSIGN(const bool own, IsOwnUserNamespace(fd.get()));
  if (own) {
    return user;
  }
  BERTH_ASSIGN(user.ids, WithProcess<IdMappings>(0, fd.get(), ReadMaps));
  user.fd = std::move(fd);
  return user;
}

Result<UserNamespace> UserNamespaceOf(pid_t pid) {
  UserNamespace user;
  BERTH_ASSIGN(UniqueFd fd, OpenNamespace(pid));
  BERTH_ASSIGN(const bool own, IsOwnUserNamespace(fd.get()));
  if (!own) {
    BERTH_ASSIGN(user.ids, ReadMaps(pid));
    user.fd = std::move(fd);
  }
  return user;
}

Status EnterUserNamespace(const UserNamespace& user) {
  return ::setns(user.fd.get(), CLONE_NEWUSER) == 0 ? Status() : Status(Errno("setns", "user namespace"));
}

Status BecomeRoot() {
  if (::setgroups(0, nullptr) != 0) {
    return Errno("setgroups", "root of the user namespace");
  }
  if (::setresgid(0, 0, 0) != 0 || ::setresuid(0, 0, 0) != 0) {
    return Errno("setresuid", "root of the user namespace");
  }
  return {};
}

Result<FilesAsRoot> FilesAsRoot::Begin(const UserNamespace& user) {
  const auto uid = HostId(user.ids.uids, 0);
  const auto gid = HostId(user.ids.gids, 0);
  if (!uid || !gid) {
    return Fail(EINVAL, "setfsuid", "the user namespace has no root");
  }
  FilesAsRoot as_root;
  ::setfsgid(*gid);
  ::setfsuid(*uid);  // which takes the capabilities that concern files
  if (SysRaiseCapabilities() != 0) {
    return Errno("capset", "all capabilities");
  }
  return as_root;
}

FilesAsRoot::~FilesAsRoot() {
  if (active_) {
    ::setfsuid(::geteuid());
    ::setfsgid(::getegid());
  }
}

}  // namespace berth
