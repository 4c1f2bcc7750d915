#include "runtime/copy_up.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "base/file.h"
#include "runtime/copy_tree.h"
#include "runtime/mounts.h"

namespace berth {

namespace {

Status SetMode(int fd, const MountOptions& options) {
  const auto mode = std::ranges::find(options.data, "mode", &std::pair<std::string, std::string>::first);
  if (mode == options.data.end()) {
    return {};
  }
  mode_t bits = 0;  // the kernel has read it by now
  std::from_chars(mode->second.data(), mode->second.data() + mode->second.size(), bits, 8);
  return ::fchmod(fd, bits) == 0 ? Status() : Status(Errno("fchmod", "tmpcopyup"));
}

}  // namespace

Result<UniqueFd> NewTmpfsOf(int directory_fd, const std::string& source, MountOptions options) {
  const bool read_only = ((options.set | options.recursive_set) & MOUNT_ATTR_RDONLY) != 0;
  options.set &= ~uint64_t{MOUNT_ATTR_RDONLY};
  options.recursive_set &= ~uint64_t{MOUNT_ATTR_RDONLY};
  BERTH_ASSIGN(UniqueFd tmpfs, NewFilesystem("tmpfs", source, options));
  BERTH_ASSIGN(const UniqueFd from, OpenAt(directory_fd, ".", O_RDONLY | O_DIRECTORY));
  BERTH_ASSIGN(const UniqueFd to, OpenAt(tmpfs.get(), ".", O_RDONLY | O_DIRECTORY));
  BERTH_TRY(CopyTree(from.get(), to.get()));
  BERTH_TRY(SetMode(to.get(), options));
  if (read_only) {
    BERTH_TRY(SetReadOnly(tmpfs.get(), false));
  }
  return tmpfs;
}

}  // namespace berth
