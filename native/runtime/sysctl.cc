#include "runtime/sysctl.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/file.h"
#include "runtime/syscalls.h"

namespace berth {

namespace {

constexpr std::array<std::string_view, 11> kIpcNames = {
    "kernel/msgmax",      "kernel/msgmnb",      "kernel/msgmni",     "kernel/sem",
    "kernel/shmall",      "kernel/shmmax",      "kernel/shmmni",     "kernel/shm_rmid_forced",
    "kernel/msg_next_id", "kernel/sem_next_id", "kernel/shm_next_id"};

// sysctl(8)'s rule: whichever of '.' and '/' comes first is the separator, the other one stands for itself.
std::string PathOf(std::string name) {
  const size_t first = name.find_first_of("./");
  if (first != std::string::npos && name[first] == '.') {
    for (char& c : name) {
      c = c == '.' ? '/' : (c == '/' ? '.' : c);
    }
  }
  return name;
}

Status Write(int proc_fd, const std::string& name, const std::string& value) {
  const std::string path = "sys/" + PathOf(name);
  const UniqueFd fd(SysOpenat2(proc_fd, path.c_str(), O_WRONLY | O_CLOEXEC, 0,
                               RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV));
  if (!fd.valid()) {
    return Errno("openat2", "/proc/" + path);
  }
  if (::write(fd.get(), value.data(), value.size()) < 0) {
    return Errno("write", "/proc/" + path + " <- " + value);
  }
  return {};
}

Result<UniqueFd> OpenProc() {
  BERTH_ASSIGN(UniqueFd proc, OpenAt(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY));
  struct statfs filesystem{};
  if (::fstatfs(proc.get(), &filesystem) != 0 || filesystem.f_type != PROC_SUPER_MAGIC) {
    return Fail(0, "fstatfs", "/proc: is not procfs");
  }
  return proc;
}

}  // namespace

Result<NamespaceType> SysctlNamespace(const std::string& name) {
  const std::string path = PathOf(name);
  if (path.starts_with("net/")) {
    return NamespaceType::kNetwork;
  }
  if (path.starts_with("fs/mqueue/") || std::ranges::find(kIpcNames, path) != kIpcNames.end()) {
    return NamespaceType::kIpc;
  }
  if (path == "kernel/domainname" || path == "kernel/hostname") {
    return NamespaceType::kUts;
  }
  return Fail(0, "sysctl", name + ": belongs to no namespace and would change the host");
}

Status WriteSysctls(const RuntimeSpec& spec, Progress& progress) {
  if (spec.sysctl.empty()) {
    return {};
  }
  BERTH_ASSIGN(const UniqueFd proc, OpenProc());
  for (const auto& [name, value] : spec.sysctl) {
    progress.step = "sysctl " + name;
    BERTH_ASSIGN(const NamespaceType type, SysctlNamespace(name));
    if (std::ranges::find(spec.namespaces, type, &Namespace::type) == spec.namespaces.end()) {
      return Fail(0, "sysctl", name + ": the container shares that namespace with the host");
    }
    BERTH_TRY(Write(proc.get(), name, value));
  }
  return {};
}

}  // namespace berth
