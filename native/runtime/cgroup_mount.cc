#include "runtime/cgroup_mount.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "runtime/in_root.h"
#include "runtime/mounts.h"

namespace berth {

namespace {

Status BindHierarchy(int tmpfs_fd, const std::string& name, const std::string& source, const MountOptions& options) {
  auto clone = CloneMount(AT_FDCWD, source, false);
  if (!clone && clone.error().errnum == ENOENT) {
    return {};  // a hierarchy that we do not use: there is no cgroup of ours in it
  }
  if (!clone) {
    return std::unexpected(clone.error());
  }
  BERTH_TRY(SetMountOptions(clone->get(), options));
  if (::mkdirat(tmpfs_fd, name.c_str(), 0755) != 0 && errno != EEXIST) {
    return Errno("mkdirat", name);
  }
  BERTH_ASSIGN(const UniqueFd target, OpenAt(tmpfs_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
  return AttachMount(clone->get(), target.get(), source);
}

// Programs look for "cpu" also where the host mounted "cpu,cpuacct".
Status LinkController(int tmpfs_fd, const std::string& controller, const std::string& directory) {
  if (controller != directory && ::symlinkat(directory.c_str(), tmpfs_fd, controller.c_str()) != 0 && errno != EEXIST) {
    return Errno("symlinkat", controller);
  }
  return {};
}

Status BindController(int tmpfs_fd, const Controller& controller, const std::string& cgroup_path,
                      const MountOptions& options) {
  const std::string name = BaseName(controller.mount_point);
  struct stat status{};
  if (::fstatat(tmpfs_fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    BERTH_TRY(BindHierarchy(tmpfs_fd, name, controller.mount_point + cgroup_path, options));
  }
  return LinkController(tmpfs_fd, controller.name, name);
}

Result<UniqueFd> MountTmpfs(int root_fd, const Mount& mount) {
  MountOptions options;
  options.set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  options.data = {{"mode", "755"}};
  BERTH_ASSIGN(const UniqueFd target, MountTarget(root_fd, mount.destination));
  BERTH_ASSIGN(UniqueFd tmpfs, NewFilesystem("tmpfs", "cgroup", options));
  BERTH_TRY(AttachMount(tmpfs.get(), target.get(), "tmpfs"));
  return tmpfs;
}

}  // namespace

Status MountCgroups(int root_fd, const Mount& mount, const CgroupHost& host, const std::string& cgroup_path) {
  BERTH_ASSIGN(MountOptions options, ParseMountOptions(mount));
  options.data.clear();  // v1 names its controllers there
  const bool only_v2 = mount.type == "cgroup2" && host.has_v1;
  if (only_v2 && host.unified.empty()) {
    return Fail(0, "mount", mount.destination + ": this host has no cgroup2 tree");
  }
  if (!host.has_v1 || only_v2) {
    BERTH_ASSIGN(const UniqueFd target, MountTarget(root_fd, mount.destination));
    BERTH_ASSIGN(const UniqueFd cgroup2, NewFilesystem("cgroup2", "cgroup", options));
    return AttachMount(cgroup2.get(), target.get(), "cgroup2");
  }
  BERTH_ASSIGN(const UniqueFd tmpfs, MountTmpfs(root_fd, mount));
  for (const Controller& controller : host.controllers) {
    if (controller.version == CgroupVersion::kV1 && !controller.mount_point.empty()) {
      BERTH_TRY(BindController(tmpfs.get(), controller, cgroup_path, options));
    }
  }
  if (!host.unified.empty()) {
    BERTH_TRY(BindHierarchy(tmpfs.get(), "unified", host.unified + cgroup_path, options));
  }
  const bool read_only = ((options.set | options.recursive_set) & MOUNT_ATTR_RDONLY) != 0;
  return read_only ? SetReadOnly(tmpfs.get(), false) : Status();
}

}  // namespace berth
