#include "runtime/devices.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "base/file.h"
#include "runtime/in_root.h"
#include "runtime/mounts.h"

namespace berth {

namespace {

const DeviceNode kDefaults[] = {
    {.path = "/dev/null", .major = 1, .minor = 3},    {.path = "/dev/zero", .major = 1, .minor = 5},
    {.path = "/dev/full", .major = 1, .minor = 7},    {.path = "/dev/random", .major = 1, .minor = 8},
    {.path = "/dev/urandom", .major = 1, .minor = 9}, {.path = "/dev/tty", .major = 5, .minor = 0},
};

constexpr std::pair<const char*, const char*> kLinks[] = {
    {"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}, {"core", "/proc/kcore"},      {"ptmx", "pts/ptmx"},
};

mode_t TypeBits(char type) {
  switch (type) {
    case 'b':
      return S_IFBLK;
    case 'p':
      return S_IFIFO;
    default:
      return S_IFCHR;
  }
}

Status CheckExisting(int dir_fd, const std::string& name, mode_t type, dev_t device) {
  struct stat status{};
  if (::fstatat(dir_fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return Errno("fstatat", name);
  }
  if ((status.st_mode & S_IFMT) != type || (type != S_IFIFO && status.st_rdev != device)) {
    return Fail(EEXIST, "mknodat", name);
  }
  return {};
}

Status MakeDevice(int root_fd, const DeviceNode& node) {
  BERTH_ASSIGN(const UniqueFd dir, MakeDirsInRoot(root_fd, ParentPath(node.path), 0755));
  const std::string name = BaseName(node.path);
  const mode_t type = TypeBits(node.type);
  const dev_t device = ::makedev(static_cast<unsigned>(node.major), static_cast<unsigned>(node.minor));
  if (::mknodat(dir.get(), name.c_str(), type | node.file_mode, device) != 0) {
    return errno == EEXIST ? CheckExisting(dir.get(), name, type, device) : Errno("mknodat", node.path);
  }
  const bool owned = node.uid != 0 || node.gid != 0;
  if (owned && ::fchownat(dir.get(), name.c_str(), node.uid, node.gid, AT_SYMLINK_NOFOLLOW) != 0) {
    return Errno("fchownat", node.path);
  }
  return {};
}

Status MakeLinks(int root_fd) {
  BERTH_ASSIGN(const UniqueFd dev, MakeDirsInRoot(root_fd, "/dev", 0755));
  for (const auto& [name, target] : kLinks) {
    if (::symlinkat(target, dev.get(), name) != 0 && errno != EEXIST) {
      return Errno("symlinkat", std::string("/dev/") + name);
    }
  }
  return {};
}

bool IsHostDev(const Mount& mount) {
  return (mount.destination == "/dev" || mount.destination == "/dev/") &&
         (mount.type == "bind" || std::ranges::find(mount.options, "bind") != mount.options.end() ||
          std::ranges::find(mount.options, "rbind") != mount.options.end());
}

Status MakeNodes(int root_fd, const RuntimeSpec& spec, Progress& progress) {
  if (std::ranges::none_of(spec.mounts, IsHostDev)) {
    for (const DeviceNode& node : kDefaults) {
      progress.step = "device " + node.path;
      BERTH_TRY(MakeDevice(root_fd, node));
    }
    progress.step = "device links";
    BERTH_TRY(MakeLinks(root_fd));
  }
  for (const DeviceNode& node : spec.devices) {
    progress.step = "device " + node.path;
    BERTH_TRY(MakeDevice(root_fd, node));
  }
  return {};
}

}  // namespace

Status MakeDevices(int root_fd, const RuntimeSpec& spec, Progress& progress) {
  const mode_t old_mask = ::umask(0);
  auto made = MakeNodes(root_fd, spec, progress);
  ::umask(old_mask);
  return made;
}

Status BindConsole(int root_fd, int terminal_fd) {
  BERTH_ASSIGN(const UniqueFd clone, CloneMount(terminal_fd, "", false));
  BERTH_ASSIGN(const UniqueFd target, MakeFileInRoot(root_fd, "/dev/console", 0600));
  return AttachMount(clone.get(), target.get(), "/dev/console");
}

}  // namespace berth
