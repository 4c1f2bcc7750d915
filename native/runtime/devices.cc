#include "runtime/devices.h"

#include <fcntl.h>
#include <linux/mount.h>
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
#include "runtime/syscalls.h"
#include "runtime/user_namespace.h"

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

Status MakeNode(int dir_fd, const std::string& name, const DeviceNode& node) {
  const mode_t type = TypeBits(node.type);
  const dev_t device = ::makedev(static_cast<unsigned>(node.major), static_cast<unsigned>(node.minor));
  if (::mknodat(dir_fd, name.c_str(), type | node.file_mode, device) != 0) {
    return errno == EEXIST ? CheckExisting(dir_fd, name, type, device) : Errno("mknodat", node.path);
  }
  const bool owned = node.uid != 0 || node.gid != 0;
  if (owned && ::fchownat(dir_fd, name.c_str(), node.uid, node.gid, AT_SYMLINK_NOFOLLOW) != 0) {
    return Errno("fchownat", node.path);
  }
  return {};
}

Status MakeDevice(int root_fd, const DeviceNode& node) {
  BERTH_ASSIGN(const UniqueFd dir, MakeDirsInRoot(root_fd, ParentPath(node.path), 0755));
  return MakeNode(dir.get(), BaseName(node.path), node);
}

Status AttachDevice(int root_fd, const DeviceNode& node, int mount_fd) {
  BERTH_ASSIGN(const UniqueFd target, MakeFileInRoot(root_fd, node.path, 0666));
  return AttachMount(mount_fd, target.get(), node.path);
}

// As crun: a node is neither a program nor a way to another user.
Result<UniqueFd> CloneNode(int dir_fd, const std::string& name) {
  BERTH_ASSIGN(UniqueFd clone, CloneMount(dir_fd, name, false));
  MountOptions options;
  options.set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
  BERTH_TRY(SetMountOptions(clone.get(), options));
  return clone;
}

Result<DeviceNode> OnHost(DeviceNode node, const IdMappings& ids) {
  const auto uid = HostId(ids.uids, node.uid);
  const auto gid = HostId(ids.gids, node.gid);
  if (!uid || !gid) {
    return Fail(EINVAL, "fchownat", node.path + ": its owner is not in the user namespace");
  }
  node.uid = *uid;
  node.gid = *gid;
  return node;
}

// A filesystem can't be cloned before it is attached. It covers nothing: paths start at the root below it.
Result<UniqueFd> AttachNewTmpfs() {
  MountOptions options;
  options.data = {{"mode", "700"}};
  BERTH_ASSIGN(UniqueFd tmpfs, NewFilesystem("tmpfs", "devices", options));
  BERTH_ASSIGN(const UniqueFd root, OpenAt(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
  BERTH_TRY(AttachMount(tmpfs.get(), root.get(), "devices"));
  return tmpfs;
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

Status MakeNodes(int root_fd, const RuntimeSpec& spec, const std::vector<UniqueFd>& mounts, Progress& progress) {
  const std::vector<DeviceNode> nodes = DeviceNodes(spec);
  for (size_t number = 0; number < nodes.size(); ++number) {
    progress.step = "device " + nodes[number].path;
    BERTH_TRY(mounts.empty() ? MakeDevice(root_fd, nodes[number])
                             : AttachDevice(root_fd, nodes[number], mounts[number].get()));
  }
  progress.step = "device links";
  return std::ranges::any_of(spec.mounts, IsHostDev) ? Status() : MakeLinks(root_fd);
}

// While files get exactly the mode that they are made with.
template <typename Make>
auto Unmasked(Make make) {
  const mode_t old_mask = ::umask(0);
  auto made = make();
  ::umask(old_mask);
  return made;
}

Result<std::vector<UniqueFd>> MakeNodeMounts(const RuntimeSpec& spec, const IdMappings& ids, Progress& progress) {
  std::vector<UniqueFd> mounts;
  progress.step = "devices";
  BERTH_ASSIGN(const UniqueFd tmpfs, AttachNewTmpfs());
  for (const DeviceNode& node : DeviceNodes(spec)) {
    progress.step = "device " + node.path;
    const std::string name = std::to_string(mounts.size());
    BERTH_ASSIGN(const DeviceNode on_host, OnHost(node, ids));
    BERTH_TRY(MakeNode(tmpfs.get(), name, on_host));
    BERTH_ASSIGN(UniqueFd clone, CloneNode(tmpfs.get(), name));
    mounts.push_back(std::move(clone));
  }
  if (SysUmount(FdPath(tmpfs.get()).c_str(), kUmountDetach) != 0) {
    return Errno("umount2", "devices");
  }
  return mounts;
}

}  // namespace

std::vector<DeviceNode> DeviceNodes(const RuntimeSpec& spec) {
  std::vector<DeviceNode> nodes;
  if (std::ranges::none_of(spec.mounts, IsHostDev)) {
    nodes.assign(std::begin(kDefaults), std::end(kDefaults));
  }
  // Engines list the host's ptmx for a privileged container; it is that of the container's own devpts.
  std::ranges::copy_if(spec.devices, std::back_inserter(nodes),
                       [](const DeviceNode& node) { return node.path != "/dev/ptmx"; });
  return nodes;
}

Status MakeDevices(int root_fd, const RuntimeSpec& spec, const std::vector<UniqueFd>& mounts, Progress& progress) {
  return Unmasked([&] { return MakeNodes(root_fd, spec, mounts, progress); });
}

Result<std::vector<UniqueFd>> MakeDeviceMounts(const RuntimeSpec& spec, const IdMappings& ids, Progress& progress) {
  return Unmasked([&] { return MakeNodeMounts(spec, ids, progress); });
}

Status BindConsole(int root_fd, int terminal_fd) {
  BERTH_ASSIGN(const UniqueFd clone, CloneMount(terminal_fd, "", false));
  BERTH_ASSIGN(const UniqueFd target, MakeFileInRoot(root_fd, "/dev/console", 0600));
  return AttachMount(clone.get(), target.get(), "/dev/console");
}

}  // namespace berth
