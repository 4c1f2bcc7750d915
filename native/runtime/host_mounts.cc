#include "runtime/host_mounts.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "base/file.h"
#include "runtime/devices.h"
#include "runtime/in_root.h"
#include "runtime/mounts.h"
#include "runtime/namespaces.h"
#include "runtime/syscalls.h"
#include "runtime/volume_copy.h"

namespace berth {

namespace {

struct Lender {
  const RootfsOptions& options;
  const UserNamespace& user;
  uint64_t missing;
};

bool HasPidNamespace(const RootfsOptions& options) {
  return FindNamespace(*options.spec, NamespaceType::kPid) != nullptr || !options.supervise->join_pid.empty();
}

// Filesystems that are nobody else's, or show namespaces that init's user namespace owns; the kernel lets it mount no other.
bool IsInits(const Mount& mount, const MountOptions& options, const Lender& lender) {
  static constexpr std::string_view kOwn[] = {"devpts", "tmpfs", "cgroup", "cgroup2"};
  if (options.bind || std::ranges::find(kOwn, mount.type) != std::end(kOwn)) {
    return !options.bind;
  }
  return (mount.type == "sysfs" && (lender.missing & CLONE_NEWNET) != 0) ||
         (mount.type == "mqueue" && (lender.missing & CLONE_NEWIPC) != 0) ||
         (mount.type == "proc" && HasPidNamespace(lender.options));
}

Status MapIds(int mount_fd, const Mount& mount, const MountOptions& options, const UserNamespace& user) {
  if (!mount.ids.uids.empty()) {
    BERTH_ASSIGN(const UserNamespace own, NewUserNamespace(mount.ids));
    return SetIdmap(mount_fd, own.fd.get(), options.recursive_idmap);
  }
  if (!user.valid()) {
    return Fail(0, "mount options", "idmap: neither the mount nor the container has mappings");
  }
  return SetIdmap(mount_fd, user.fd.get(), options.recursive_idmap);
}

// A container in a user namespace gets copies of the host's mounts that tell the host nothing.
Status CheckPropagation(const MountOptions& options, const UserNamespace& user) {
  return user.valid() && options.propagation == MS_SHARED
             ? Fail(0, "mount options", "shared: a container in a user namespace can't mount for the host")
             : Status();
}

Result<UniqueFd> MakeMount(int root_fd, const Mount& mount, const MountOptions& options, const UserNamespace& user) {
  BERTH_TRY(CheckPropagation(options, user));
  BERTH_ASSIGN(UniqueFd detached, MakeDetached(root_fd, mount, options));
  BERTH_TRY(options.idmap ? MapIds(detached.get(), mount, options, user) : Status());
  return detached;
}

Status MakeMounts(int root_fd, const Lender& lender, HostMounts& made, Progress& progress) {
  const RuntimeSpec& spec = *lender.options.spec;
  const UserNamespace& user = lender.user;
  made.mounts.resize(spec.mounts.size());
  for (size_t number = 0; number < spec.mounts.size(); ++number) {
    const Mount& mount = spec.mounts[number];
    progress.step = "mount " + mount.destination;
    BERTH_ASSIGN(const MountOptions options, ParseMountOptions(mount));
    const bool is_inits = user.valid() ? IsInits(mount, options, lender) : !options.idmap;
    if (is_inits && options.idmap) {
      return Fail(0, "mount options", "idmap: " + mount.type + " belongs to the container already");
    }
    if (!is_inits) {
      BERTH_ASSIGN(made.mounts[number], MakeMount(root_fd, mount, options, user));
    }
  }
  return {};
}

// Puts a copy of the directory's mount on it that has mapped ids. It stands in our own mount namespace.
Result<UniqueFd> MapDirectory(const std::string& path, const UserNamespace& user) {
  BERTH_ASSIGN(UniqueFd clone, CloneMount(AT_FDCWD, path, false));
  BERTH_TRY(SetMountOptions(clone.get(), MountOptions{}));
  if (auto mapped = SetIdmap(clone.get(), user.fd.get(), false); !mapped) {
    return Wrap(std::move(mapped).error(), path);
  }
  BERTH_ASSIGN(const UniqueFd target, OpenAt(AT_FDCWD, path, O_PATH | O_DIRECTORY));
  BERTH_TRY(AttachMount(clone.get(), target.get(), path));
  return clone;
}

// What the image's files are in the volume is told by the image, whoever has the ids outside.
Status CopyVolumes(int root_fd, const Supervise& supervise, const UserNamespace& user, Progress& progress) {
  for (const auto& [source, destination] : supervise.volume_copies) {
    progress.step = "copy " + destination;
    BERTH_ASSIGN(const UniqueFd mapped, MapDirectory(VolumeDirectory(source), user));
    BERTH_TRY(PopulateVolume(root_fd, source, destination));
    if (SysUmount(FdPath(mapped.get()).c_str(), kUmountDetach) != 0) {
      return Errno("umount2", source);
    }
  }
  return {};
}

// All layers lie in one directory, so one mount with mapped ids is below all of them, and the overlay's own files, too, have
// the image's ids on the disk.
Result<UniqueFd> MountMappedRoot(const RootfsOptions& options, const UserNamespace& user, Progress& progress) {
  if (!options.supervise->overlay_lower.empty()) {
    progress.step = "map layers";
    BERTH_ASSIGN(const UniqueFd mapped, MapDirectory(options.supervise->overlay_dir, user));
  }
  return MountRootfs(options, progress);
}

Result<HostMounts> MakeAll(const Lender& lender, Progress& progress) {
  const auto& [options, user, missing] = lender;
  HostMounts made;
  if (::unshare(CLONE_NEWNS) != 0) {
    return Errno("unshare", "mount namespace");
  }
  BERTH_ASSIGN(const FilesAsRoot as_root, FilesAsRoot::Begin(user));
  BERTH_ASSIGN(const UniqueFd root, MountMappedRoot(options, user, progress));
  BERTH_TRY(CopyVolumes(root.get(), *options.supervise, user, progress));
  BERTH_TRY(MakeMounts(root.get(), lender, made, progress));
  BERTH_ASSIGN(made.devices, MakeDeviceMounts(*options.spec, user.ids, progress));
  progress.step = "mount rootfs";
  BERTH_ASSIGN(made.root, CloneMount(root.get(), "", true));
  return made;
}

}  // namespace

Result<HostMounts> MakeHostMounts(const RootfsOptions& options, const UserNamespace& user, uint64_t missing,
                                  Progress& progress) {
  const Lender lender{options, user, missing};
  if (user.valid()) {
    return MakeAll(lender, progress);
  }
  HostMounts made;
  const auto asks = [](const Mount& mount) {
    return !mount.ids.uids.empty() || std::ranges::any_of(mount.options, [](const std::string& option) {
      return option == "idmap" || option == "ridmap";
    });
  };
  if (std::ranges::any_of(options.spec->mounts, asks)) {
    BERTH_TRY(MakeMounts(-1, lender, made, progress));
  }
  return made;
}

}  // namespace berth
