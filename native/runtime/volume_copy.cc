#include "runtime/volume_copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>
#include <vector>

#include "base/file.h"
#include "runtime/copy_tree.h"
#include "runtime/in_root.h"

namespace berth {

namespace {

constexpr const char* kCopying = "_copy";
constexpr const char* kCopied = "_copied";

Status Lock(int dir_fd) {
  int locked = -1;
  do {
    locked = ::flock(dir_fd, LOCK_EX);
  } while (locked != 0 && errno == EINTR);
  return locked == 0 ? Status() : Status(Errno("flock", "volume"));
}

Status MoveEntries(int volume_fd, int data_fd) {
  BERTH_ASSIGN(const UniqueFd copied, OpenAt(volume_fd, kCopied, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  BERTH_ASSIGN(const std::vector<std::string> names, EntryNames(copied.get()));
  for (const std::string& name : names) {
    if (::renameat(copied.get(), name.c_str(), data_fd, name.c_str()) != 0) {
      return Errno("renameat", name);
    }
  }
  BERTH_TRY(CopyDirectoryAttributes(copied.get(), data_fd));
  if (::unlinkat(volume_fd, kCopied, AT_REMOVEDIR) != 0) {
    return Errno("unlinkat", kCopied);
  }
  return {};
}

Status CopyAside(int volume_fd, int image_fd) {
  BERTH_TRY(RemoveTreeAt(volume_fd, kCopying));
  if (::mkdirat(volume_fd, kCopying, 0700) != 0) {
    return Errno("mkdirat", kCopying);
  }
  BERTH_ASSIGN(const UniqueFd copying, OpenAt(volume_fd, kCopying, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  BERTH_TRY(CopyTree(image_fd, copying.get()));
  if (::renameat(volume_fd, kCopying, volume_fd, kCopied) != 0) {
    return Errno("renameat", kCopying);
  }
  return {};
}

}  // namespace

Status PopulateVolume(int root_fd, const std::string& source, const std::string& destination) {
  BERTH_ASSIGN(const UniqueFd volume, OpenAt(AT_FDCWD, ParentPath(source), O_RDONLY | O_DIRECTORY));
  BERTH_TRY(Lock(volume.get()));
  BERTH_ASSIGN(const UniqueFd data, OpenAt(volume.get(), BaseName(source), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  if (::faccessat(volume.get(), kCopied, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
    return MoveEntries(volume.get(), data.get());
  }
  BERTH_ASSIGN(const std::vector<std::string> names, EntryNames(data.get()));
  const auto image = OpenInRoot(root_fd, destination, O_RDONLY | O_DIRECTORY);
  const bool missing = !image && (image.error().errnum == ENOENT || image.error().errnum == ENOTDIR);
  if (!names.empty() || missing) {
    return {};
  }
  if (!image) {
    return std::unexpected(image.error());
  }
  BERTH_TRY(CopyAside(volume.get(), image->get()));
  return MoveEntries(volume.get(), data.get());
}

}  // namespace berth
