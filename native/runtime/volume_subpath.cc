#include "runtime/volume_subpath.h"

#include <fcntl.h>

#include <string>

#include "base/file.h"
#include "runtime/in_root.h"
#include "runtime/mounts.h"
#include "runtime/syscalls.h"

namespace berth {

namespace {

std::string NameOf(const MountOptions& options) { return options.subpath + " of volume " + options.volume; }

Result<UniqueFd> CloneIn(int top_fd, const MountOptions& options) {
  auto part = OpenInRoot(top_fd, options.subpath, O_PATH);
  if (!part) {
    return Fail(part.error().errnum, part.error().call, NameOf(options));
  }
  auto clone = CloneMount(part->get(), "", options.recursive_bind);
  if (!clone) {
    return Fail(clone.error().errnum, clone.error().call, NameOf(options));
  }
  return clone;
}

}  // namespace

Result<UniqueFd> CloneVolumeSubpath(const Mount& mount, const MountOptions& options) {
  const std::string part = "/" + options.subpath;
  if (!mount.source.ends_with(part) || mount.source.size() == part.size()) {
    return Fail(EINVAL, "mount", mount.source + ": does not end in the subpath " + options.subpath);
  }
  const std::string top = mount.source.substr(0, mount.source.size() - part.size());
  BERTH_ASSIGN(const UniqueFd top_dir, OpenAt(AT_FDCWD, top, O_PATH | O_DIRECTORY));
  return CloneIn(top_dir.get(), options);
}

Result<UniqueFd> CloneFilesystemSubpath(int root_fd, int filesystem_fd, const MountOptions& options) {
  BERTH_TRY(AttachMount(filesystem_fd, root_fd, options.volume));
  BERTH_ASSIGN(UniqueFd clone, CloneIn(filesystem_fd, options));
  if (SysUmount(FdPath(filesystem_fd).c_str(), kUmountDetach) != 0) {
    return Errno("umount2", options.volume);
  }
  return clone;
}

}  // namespace berth
