#include "runtime/rootfs.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "runtime/cgroup_mount.h"
#include "runtime/devices.h"
#include "runtime/host_mounts.h"
#include "runtime/in_root.h"
#include "runtime/masks.h"
#include "runtime/mounts.h"
#include "runtime/overlay.h"
#include "runtime/syscalls.h"
#include "runtime/volume_copy.h"

namespace berth {

namespace {

bool IsShared(std::string_view option) { return option == "shared" || option == "rshared"; }

bool IsBind(const Mount& mount) {
  return mount.type == "bind" || std::ranges::any_of(mount.options, [](std::string_view option) {
           return option == "bind" || option == "rbind";
         });
}

bool WantsShared(const RuntimeSpec& spec) {
  return IsShared(spec.rootfs_propagation) || std::ranges::any_of(spec.mounts, [](const Mount& mount) {
           return IsBind(mount) && std::ranges::any_of(mount.options, IsShared);
         });
}

Status SetPropagation(const char* path, unsigned long flags) {
  if (SysMount(nullptr, path, nullptr, flags, nullptr) != 0) {
    return Errno("mount", std::string(path) + ": propagation");
  }
  return {};
}

// The mount that holds a path of ours, without knowing where it begins: only mount points take a propagation.
Status MakeHolderPrivate(int container_fd, const std::string& path) {
  BERTH_ASSIGN(const UniqueFd dir, OpenAt(container_fd, path, O_PATH | O_DIRECTORY));
  char buffer[PATH_MAX];
  const ssize_t length = ::readlink(FdPath(dir.get()).c_str(), buffer, sizeof buffer);
  if (length < 0) {
    return Errno("readlink", path);
  }
  std::string at(buffer, static_cast<size_t>(length));
  while (SysMount(nullptr, at.c_str(), nullptr, MS_PRIVATE, nullptr) != 0) {
    if (errno != EINVAL || at == "/") {
      return Errno("mount", at + ": private");
    }
    at = ParentPath(at);
  }
  return {};
}

// Slaves: what the host mounts later still reaches binds that ask for it, and nothing of ours reaches the host. A bind that
// is to reach the host keeps its peers; then only the place of our own root must not have any.
Status Isolate(const RootfsOptions& options) {
  if (WantsShared(*options.spec)) {
    return MakeHolderPrivate(options.container_fd, options.spec->root_path);
  }
  return SetPropagation("/", MS_SLAVE | MS_REC);
}

// pivot_root wants a mount: the directory on itself. As a slave it gets what the host mounts there later; all other kinds of
// propagation are for after the pivot, which wants a root that nobody else hears of.
Result<UniqueFd> BindRoot(int container_fd, const std::string& path, const std::string& propagation) {
  BERTH_ASSIGN(UniqueFd clone, CloneMount(container_fd, path, true));
  MountOptions options;
  if (propagation == "slave" || propagation == "rslave") {
    options.propagation = MS_SLAVE;
    options.recursive_propagation = true;
  }
  BERTH_TRY(SetMountOptions(clone.get(), options));
  BERTH_ASSIGN(const UniqueFd target, OpenAt(container_fd, path, O_PATH | O_DIRECTORY));
  BERTH_TRY(AttachMount(clone.get(), target.get(), path));
  return clone;
}

Status PropagateRoot(std::string_view propagation) {
  const unsigned long recursive = propagation.starts_with('r') ? MS_REC : 0U;
  if (propagation.ends_with("shared")) {
    return SetPropagation("/", MS_SHARED | recursive);
  }
  return propagation.ends_with("unbindable") ? SetPropagation("/", MS_UNBINDABLE | recursive) : Status();
}

Status PopulateVolumes(int root_fd, const Supervise& supervise, Progress& progress) {
  for (const auto& [source, destination] : supervise.volume_copies) {
    progress.step = "copy " + destination;
    BERTH_TRY(PopulateVolume(root_fd, source, destination));
  }
  return {};
}

// With SELinux, what is mounted anew has the label of the container's files. Where the kernel labels its own it is not given.
Mount Labelled(Mount mount, const std::string& label) {
  static constexpr std::string_view kOwn[] = {"proc", "sysfs", "mqueue", "cgroup", "cgroup2"};
  const bool own = std::ranges::find(kOwn, mount.type) != std::end(kOwn);
  if (!own && !IsBind(mount)) {
    mount.options.push_back("context=" + label);
  }
  return mount;
}

Status MountAll(int root_fd, const RootfsOptions& options, const HostMounts& lent, Progress& progress) {
  const std::vector<Mount>& mounts = options.spec->mounts;
  const std::string& label = options.spec->mount_label;
  for (size_t number = 0; number < mounts.size(); ++number) {
    const Mount& mount = mounts[number];
    progress.step = "mount " + mount.destination;
    if (lent.mount(number) >= 0) {
      BERTH_TRY(AttachInRoot(root_fd, lent.mount(number), mount));
    } else if (mount.type == "cgroup" || mount.type == "cgroup2") {
      BERTH_TRY(MountCgroups(root_fd, mount, *options.cgroups, options.spec->cgroups_path));
    } else {
      BERTH_TRY(MountInRoot(root_fd, label.empty() ? mount : Labelled(mount, label)));
    }
  }
  return {};
}

}  // namespace

Result<UniqueFd> MountRootfs(const RootfsOptions& options, Progress& progress) {
  progress.step = "mount namespace";
  BERTH_TRY(CheckMountCalls());
  BERTH_TRY(Isolate(options));
  const std::string& path = options.spec->root_path;
  if (options.supervise->overlay_lower.empty()) {
    progress.step = "mount rootfs";
    return BindRoot(options.container_fd, path, options.spec->rootfs_propagation);
  }
  progress.step = "mount overlay";
  return MountOverlay(*options.supervise, options.container_fd, path);
}

// On top of the old one, which needs no path that its user may not walk; paths start at the one below.
Status AttachRootfs(int root_fd, Progress& progress) {
  progress.step = "mount rootfs";
  BERTH_ASSIGN(const UniqueFd old_root, OpenAt(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
  return AttachMount(root_fd, old_root.get(), "rootfs");
}

Status FillRootfs(int root_fd, const RootfsOptions& options, const HostMounts& lent, Progress& progress) {
  BERTH_TRY(lent.root.valid() ? Status() : PopulateVolumes(root_fd, *options.supervise, progress));
  BERTH_TRY(MountAll(root_fd, options, lent, progress));
  BERTH_TRY(MakeDevices(root_fd, *options.spec, lent.devices, progress));
  progress.step = "cwd";
  BERTH_TRY(MakeDirsInRoot(root_fd, options.spec->process.cwd, 0755));
  return {};
}

Status SealRootfs(int root_fd, const RuntimeSpec& spec, Progress& progress) {
  BERTH_TRY(ProtectPaths(root_fd, spec.readonly_paths, progress));
  BERTH_TRY(MaskPaths(root_fd, spec.masked_paths, progress));
  progress.step = "read-only root";
  return spec.root_readonly ? SetReadOnly(root_fd, false) : Status();
}

Status PivotRoot(int root_fd, const RuntimeSpec& spec) {
  BERTH_ASSIGN(const UniqueFd old_root, OpenAt(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
  if (::fchdir(root_fd) != 0) {
    return Errno("fchdir", "root");
  }
  // The old root is put on top of the new one: no directory is needed for it.
  if (SysPivotRoot(".", ".") != 0) {
    return Errno("pivot_root", "root");
  }
  if (::fchdir(old_root.get()) != 0) {
    return Errno("fchdir", "old root");
  }
  BERTH_TRY(SetPropagation(".", MS_SLAVE | MS_REC));  // else the unmount would reach the host
  if (SysUmount(".", kUmountDetach) != 0) {
    return Errno("umount2", "old root");
  }
  if (::chdir("/") != 0) {
    return Errno("chdir", "/");
  }
  return PropagateRoot(spec.rootfs_propagation);
}

}  // namespace berth
