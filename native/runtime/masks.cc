#include "runtime/masks.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "runtime/in_root.h"
#include "runtime/mounts.h"

namespace berth {

namespace {

bool IsMissing(const Error& error) { return error.errnum == ENOENT || error.errnum == ENOTDIR; }

// /dev/null of the host, where nobody but root writes; still checked, since what is mounted hides secrets.
Result<UniqueFd> OpenNull() {
  BERTH_ASSIGN(UniqueFd null, OpenAt(AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW));
  struct stat status{};
  if (::fstat(null.get(), &status) != 0) {
    return Errno("fstat", "/dev/null");
  }
  if (!S_ISCHR(status.st_mode) || status.st_rdev != ::makedev(1, 3)) {
    return Fail(ENODEV, "fstat", "/dev/null: is not the null device");
  }
  return null;
}

Result<UniqueFd> NewEmptyDirectory() {
  MountOptions options;
  options.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  options.data = {{"nr_blocks", "1"}, {"nr_inodes", "2"}, {"mode", "755"}};
  return NewFilesystem("tmpfs", "tmpfs", options);
}

class Masks {
 public:
  Status Cover(int target_fd, const std::string& path) {
    struct stat status{};
    if (::fstat(target_fd, &status) != 0) {
      return Errno("fstat", path);
    }
    return S_ISDIR(status.st_mode) ? CoverDirectory(target_fd, path) : CoverFile(target_fd, path);
  }

 private:
  Status CoverFile(int target_fd, const std::string& path) {
    if (!null_.valid()) {
      BERTH_ASSIGN(null_, OpenNull());
    }
    BERTH_ASSIGN(const UniqueFd clone, CloneMount(null_.get(), "", false));
    BERTH_TRY(SetMountOptions(clone.get(), MountOptions{}));
    return AttachMount(clone.get(), target_fd, path);
  }

  // One tmpfs for all: the first is attached as it is, the others are clones of the attached one (a detached mount can't
  // be cloned before Linux 6.15).
  Status CoverDirectory(int target_fd, const std::string& path) {
    if (empty_.valid()) {
      BERTH_ASSIGN(const UniqueFd clone, CloneMount(empty_.get(), "", false));
      return AttachMount(clone.get(), target_fd, path);
    }
    BERTH_ASSIGN(empty_, NewEmptyDirectory());
    return AttachMount(empty_.get(), target_fd, path);
  }

  UniqueFd null_;
  UniqueFd empty_;
};

}  // namespace

Status MaskPaths(int root_fd, const std::vector<std::string>& paths, Progress& progress) {
  Masks masks;
  for (const std::string& path : paths) {
    progress.step = "mask " + path;
    const auto target = OpenInRootNoSymlinks(root_fd, path, O_PATH);
    if (target) {
      BERTH_TRY(masks.Cover(target->get(), path));
    } else if (!IsMissing(target.error())) {
      return std::unexpected(target.error());
    }
  }
  return {};
}

Status ProtectPaths(int root_fd, const std::vector<std::string>& paths, Progress& progress) {
  for (const std::string& path : paths) {
    progress.step = "protect " + path;
    const auto target = OpenInRootNoSymlinks(root_fd, path, O_PATH);
    if (!target && IsMissing(target.error())) {
      continue;
    }
    if (!target) {
      return std::unexpected(target.error());
    }
    BERTH_ASSIGN(const UniqueFd clone, CloneMount(target->get(), "", true));
    BERTH_TRY(SetReadOnly(clone.get(), true));
    BERTH_TRY(AttachMount(clone.get(), target->get(), path));
  }
  return {};
}

}  // namespace berth
