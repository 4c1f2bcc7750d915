#include "runtime/mounts.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <string_view>

#include "base/file.h"
#include "runtime/copy_up.h"
#include "runtime/in_root.h"
#include "runtime/syscalls.h"
#include "runtime/volume_subpath.h"

namespace berth {

namespace {

// Filesystems without a device or a directory of their own, where a read-only mount is all there is to being read-only.
constexpr std::string_view kVirtual[] = {"proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2"};

constexpr size_t kLongestParameter = 255;  // of fsconfig(2)

// What may be replaced in /proc: files that programs size themselves by.
constexpr std::string_view kReplaceableProc[] = {
    "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat",
    "/proc/swaps",   "/proc/uptime",    "/proc/loadavg", "/proc/slabinfo",
};

// The kernel's message of a failed fsconfig or fsmount: "e tmpfs: Bad value for 'size'".
std::string KernelMessage(int fs_fd) {
  char text[256];
  const ssize_t got = ::read(fs_fd, text, sizeof text);
  return got > 2 ? ": " + std::string(text + 2, static_cast<size_t>(got) - 2) : std::string();
}

Status Configure(int fs_fd, const std::string& key, const std::string& value) {
  const bool flag = value.empty();
  const unsigned command = flag ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
  if (SysFsconfig(fs_fd, command, key.c_str(), flag ? nullptr : value.c_str(), 0) != 0) {
    const int errnum = errno;
    return Fail(errnum, "fsconfig", key + (flag ? "" : "=" + value) + KernelMessage(fs_fd));
  }
  return {};
}

// Layers that don't fit into one parameter are given one by one (Linux 6.5; older kernels refuse them).
Status ConfigureLayers(int fs_fd, std::string_view layers) {
  while (!layers.empty()) {
    size_t end = layers.find(':');
    while (end != std::string_view::npos && end > 0 && layers[end - 1] == '\\') {
      end = layers.find(':', end + 1);
    }
    BERTH_TRY(Configure(fs_fd, "lowerdir+", std::string(layers.substr(0, end))));
    layers.remove_prefix(end == std::string_view::npos ? layers.size() : end + 1);
  }
  return {};
}

Status ConfigureData(int fs_fd, const std::string& type, const MountOptions& options) {
  for (const auto& [key, value] : options.data) {
    const bool layers = type == "overlay" && key == "lowerdir" && value.size() > kLongestParameter;
    BERTH_TRY(layers ? ConfigureLayers(fs_fd, value) : Configure(fs_fd, key, value));
  }
  const bool read_only = ((options.set | options.recursive_set) & MOUNT_ATTR_RDONLY) != 0;
  const bool is_virtual = std::ranges::find(kVirtual, type) != std::end(kVirtual);
  return read_only && !is_virtual ? Configure(fs_fd, "ro", {}) : Status();
}

bool IsInProc(int fd) {
  struct statfs filesystem{};
  return ::fstatfs(fd, &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC;
}

bool IsSame(int fd, int other_fd) {
  struct stat status{};
  struct stat other{};
  return ::fstat(fd, &status) == 0 && ::fstat(other_fd, &other) == 0 && status.st_dev == other.st_dev &&
         status.st_ino == other.st_ino;
}

// A mount on the root itself (an image whose /dev is "..") would hide the image and all that is mounted later.
Status CheckTarget(int root_fd, int target_fd, const std::string& destination) {
  if (IsSame(root_fd, target_fd)) {
    return Fail(EPERM, "mount", destination + ": is the root");
  }
  if (IsInProc(target_fd) && std::ranges::find(kReplaceableProc, destination) == std::end(kReplaceableProc)) {
    return Fail(EPERM, "mount", destination + ": lies in /proc");
  }
  return {};
}

bool IsDirectory(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

Result<UniqueFd> BindTarget(int root_fd, int source_fd, const std::string& destination) {
  if (IsDirectory(source_fd)) {
    return MountTarget(root_fd, destination);
  }
  BERTH_ASSIGN(UniqueFd target, MakeFileInRoot(root_fd, destination, 0644));
  BERTH_TRY(CheckTarget(root_fd, target.get(), destination));
  return target;
}

Result<UniqueFd> CloneSource(const Mount& mount, const MountOptions& options) {
  BERTH_ASSIGN(UniqueFd clone, options.subpath.empty() ? CloneMount(AT_FDCWD, mount.source, options.recursive_bind)
                                                       : CloneVolumeSubpath(mount, options));
  BERTH_TRY(SetMountOptions(clone.get(), options));
  return clone;
}

// /proc and /sys are what all else trusts: an image where they are symlinks is refused.
Result<UniqueFd> KernelTarget(int root_fd, const std::string& destination) {
  auto target = OpenInRootNoSymlinks(root_fd, destination, O_PATH | O_DIRECTORY);
  if (target || target.error().errnum != ENOENT) {
    return target;
  }
  BERTH_TRY(MakeDirsInRoot(root_fd, destination, 0755));
  return OpenInRootNoSymlinks(root_fd, destination, O_PATH | O_DIRECTORY);
}

// A tmpfs over an existing directory has that directory's mode, unless a mode is given.
void KeepMode(int root_fd, const std::string& destination, MountOptions& options) {
  const auto existing = OpenInRoot(root_fd, destination, O_PATH | O_DIRECTORY);
  struct stat status{};
  const bool given = std::ranges::any_of(options.data, [](const auto& option) { return option.first == "mode"; });
  if (!given && existing && ::fstat(existing->get(), &status) == 0) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", status.st_mode & 07777U);
    options.data.emplace_back("mode", mode);
  }
}

Status MountFilesystem(int root_fd, const Mount& mount, MountOptions options) {
  const bool kernel = mount.type == "proc" || mount.type == "sysfs";
  if (mount.type == "tmpfs") {
    KeepMode(root_fd, mount.destination, options);
  }
  BERTH_ASSIGN(const UniqueFd target,
               kernel ? KernelTarget(root_fd, mount.destination) : MountTarget(root_fd, mount.destination));
  BERTH_ASSIGN(const UniqueFd filesystem, options.copy_up ? NewTmpfsOf(target.get(), mount.source, options)
                                                          : NewFilesystem(mount.type, mount.source, options));
  if (options.propagation != 0) {
    BERTH_TRY(ChangeMount(filesystem.get(), options));
  }
  return AttachMount(filesystem.get(), target.get(), mount.type);
}

// A path that an image could have made a symlink would give another mount's flags away.
Status Remount(int root_fd, const Mount& mount, const MountOptions& options) {
  BERTH_ASSIGN(const UniqueFd target, OpenInRootNoSymlinks(root_fd, mount.destination, O_PATH));
  struct statx status{};
  if (::statx(target.get(), "", AT_EMPTY_PATH, STATX_TYPE, &status) != 0) {
    return Errno("statx", mount.destination);
  }
  if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0) {
    return Fail(EINVAL, "mount_setattr", mount.destination + ": nothing is mounted there");
  }
  return ChangeMount(target.get(), options);
}

}  // namespace

Status CheckMountCalls() {
  // Of nothing: what knows the call says that it can't do that.
  if (SysMountSetattr(-1, 0, mount_attr{}) != 0 && errno == ENOSYS) {
    return Fail(ENOSYS, "mount_setattr", "needs Linux 5.12, and no seccomp filter that hides it");
  }
  return {};
}

Result<UniqueFd> NewFilesystem(const std::string& type, const std::string& source, const MountOptions& options) {
  const UniqueFd fs(SysFsopen(type.c_str()));
  if (!fs.valid()) {
    return Errno("fsopen", type);
  }
  if (!source.empty()) {
    BERTH_TRY(Configure(fs.get(), "source", source));
  }
  BERTH_TRY(ConfigureData(fs.get(), type, options));
  if (SysFsconfig(fs.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
    const int errnum = errno;
    return Fail(errnum, "fsconfig", type + KernelMessage(fs.get()));
  }
  UniqueFd mount(SysFsmount(fs.get(), static_cast<unsigned>(options.set | options.recursive_set)));
  if (!mount.valid()) {
    const int errnum = errno;
    return Fail(errnum, "fsmount", type + KernelMessage(fs.get()));
  }
  return mount;
}

Result<UniqueFd> CloneMount(int dir_fd, const std::string& path, bool recursive) {
  const unsigned flags = OPEN_TREE_CLONE | (recursive ? AT_RECURSIVE : 0U) | (path.empty() ? AT_EMPTY_PATH : 0U);
  UniqueFd clone(SysOpenTree(dir_fd, path.c_str(), flags));
  if (!clone.valid()) {
    return Errno("open_tree", path);
  }
  return clone;
}

Status ChangeMount(int mount_fd, const MountOptions& options) {
  const bool everywhere = options.recursive_propagation;
  const mount_attr here{.attr_set = options.set,
                        .attr_clr = options.clear,
                        .propagation = everywhere ? 0 : options.propagation,
                        .userns_fd = 0};
  const mount_attr tree{.attr_set = options.recursive_set,
                        .attr_clr = options.recursive_clear,
                        .propagation = everywhere ? options.propagation : 0,
                        .userns_fd = 0};
  const auto changes = [](const mount_attr& one) { return (one.attr_set | one.attr_clr | one.propagation) != 0; };
  if (changes(here) && SysMountSetattr(mount_fd, 0, here) != 0) {
    return Errno("mount_setattr", "flags");
  }
  if (changes(tree) && SysMountSetattr(mount_fd, AT_RECURSIVE, tree) != 0) {
    return Errno("mount_setattr", "flags of the tree");
  }
  return {};
}

Status SetIdmap(int mount_fd, int userns_fd, bool recursive) {
  const mount_attr attributes{
      .attr_set = MOUNT_ATTR_IDMAP, .attr_clr = 0, .propagation = 0, .userns_fd = static_cast<uint64_t>(userns_fd)};
  if (SysMountSetattr(mount_fd, recursive ? AT_RECURSIVE : 0U, attributes) != 0) {
    return Errno("mount_setattr", "mapped ids");
  }
  return {};
}

Status SetMountOptions(int mount_fd, MountOptions options) {
  if (options.propagation == 0) {
    options.propagation = MS_PRIVATE;
    options.recursive_propagation = true;
  }
  return ChangeMount(mount_fd, options);
}

Status SetReadOnly(int mount_fd, bool recursive) {
  const mount_attr attributes{.attr_set = MOUNT_ATTR_RDONLY, .attr_clr = 0, .propagation = 0, .userns_fd = 0};
  if (SysMountSetattr(mount_fd, recursive ? AT_RECURSIVE : 0U, attributes) != 0) {
    return Errno("mount_setattr", "read-only");
  }
  return {};
}

Status AttachMount(int mount_fd, int target_fd, const std::string& what) {
  if (SysMoveMount(mount_fd, target_fd) != 0) {
    return Errno("move_mount", what);
  }
  return {};
}

Result<UniqueFd> MountTarget(int root_fd, const std::string& destination) {
  BERTH_ASSIGN(UniqueFd target, MakeDirsInRoot(root_fd, destination, 0755));
  BERTH_TRY(CheckTarget(root_fd, target.get(), destination));
  return target;
}

Result<UniqueFd> MakeDetached(int root_fd, const Mount& mount, const MountOptions& options) {
  if (options.bind) {
    return CloneSource(mount, options);
  }
  BERTH_ASSIGN(UniqueFd filesystem, NewFilesystem(mount.type, mount.source, options));
  return options.subpath.empty() ? Result<UniqueFd>(std::move(filesystem))
                                 : CloneFilesystemSubpath(root_fd, filesystem.get(), options);
}

Status AttachInRoot(int root_fd, int mount_fd, const Mount& mount) {
  BERTH_ASSIGN(const UniqueFd target, BindTarget(root_fd, mount_fd, mount.destination));
  return AttachMount(mount_fd, target.get(), mount.source);
}

Status MountInRoot(int root_fd, const Mount& mount) {
  BERTH_ASSIGN(MountOptions options, ParseMountOptions(mount));
  if (options.remount) {
    return Remount(root_fd, mount, options);
  }
  if (options.bind || !options.subpath.empty()) {
    BERTH_ASSIGN(const UniqueFd detached, MakeDetached(root_fd, mount, options));
    return AttachInRoot(root_fd, detached.get(), mount);
  }
  return MountFilesystem(root_fd, mount, std::move(options));
}

}  // namespace berth
