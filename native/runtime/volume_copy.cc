#include "runtime/volume_copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "runtime/copy_tree.h"
#include "runtime/in_root.h"

namespace berth {

namespace {

// Where a copy is made before its entries are moved into the volume.
struct Staging {
  int dir_fd;
  const char* copying;
  const char* copied;
};

// The name of the directory that a volume has of its own; any other one is the user's.
constexpr std::string_view kData = "_data";

Status Lock(int dir_fd) {
  int locked = -1;
  do {
    locked = ::flock(dir_fd, LOCK_EX);
  } while (locked != 0 && errno == EINTR);
  return locked == 0 ? Status() : Status(Errno("flock", "volume"));
}

Status MoveEntries(const Staging& staging, int data_fd) {
  BERTH_ASSIGN(const UniqueFd copied, OpenAt(staging.dir_fd, staging.copied, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  BERTH_ASSIGN(const std::vector<std::string> names, EntryNames(copied.get()));
  for (const std::string& name : names) {
    if (::renameat(copied.get(), name.c_str(), data_fd, name.c_str()) != 0) {
      return Errno("renameat", name);
    }
  }
  if (::unlinkat(staging.dir_fd, staging.copied, AT_REMOVEDIR) != 0) {
    return Errno("unlinkat", staging.copied);
  }
  return {};
}

// The volume itself is like the image's directory before the copy counts as complete: who moves the rest later needs to
// believe nothing of a directory that a container may have made.
Status CopyAside(const Staging& staging, int image_fd, int data_fd) {
  BERTH_TRY(RemoveTreeAt(staging.dir_fd, staging.copying));
  if (::mkdirat(staging.dir_fd, staging.copying, 0700) != 0) {
    return Errno("mkdirat", staging.copying);
  }
  BERTH_ASSIGN(const UniqueFd copying, OpenAt(staging.dir_fd, staging.copying, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  BERTH_TRY(CopyTree(image_fd, copying.get()));
  BERTH_TRY(CopyDirectoryAttributes(image_fd, data_fd));
  if (::renameat(staging.dir_fd, staging.copying, staging.dir_fd, staging.copied) != 0) {
    return Errno("renameat", staging.copying);
  }
  return {};
}

Result<bool> IsEmpty(int data_fd, const Staging& staging) {
  BERTH_ASSIGN(const std::vector<std::string> names, EntryNames(data_fd));
  return std::ranges::all_of(names, [&staging](const std::string& name) { return name == staging.copying; });
}

Status Populate(int root_fd, const std::string& destination, int data_fd, const Staging& staging) {
  if (::faccessat(staging.dir_fd, staging.copied, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
    return MoveEntries(staging, data_fd);
  }
  BERTH_ASSIGN(const bool empty, IsEmpty(data_fd, staging));
  const auto image = OpenInRoot(root_fd, destination, O_RDONLY | O_DIRECTORY);
  const bool missing = !image && (image.error().errnum == ENOENT || image.error().errnum == ENOTDIR);
  if (!empty || missing) {
    return {};
  }
  if (!image) {
    return std::unexpected(image.error());
  }
  BERTH_TRY(CopyAside(staging, image->get(), data_fd));
  BERTH_TRY(MoveEntries(staging, data_fd));
  return CopyDirectoryAttributes(image->get(), data_fd);  // its times have changed meanwhile
}

}  // namespace

std::string VolumeDirectory(const std::string& source) {
  return BaseName(source) == kData ? ParentPath(source) : source;
}

Status PopulateVolume(int root_fd, const std::string& source, const std::string& destination) {
  BERTH_ASSIGN(const UniqueFd volume, OpenAt(AT_FDCWD, VolumeDirectory(source), O_RDONLY | O_DIRECTORY));
  BERTH_TRY(Lock(volume.get()));
  if (BaseName(source) != kData) {
    return Populate(root_fd, destination, volume.get(), {volume.get(), ".berth-copy", ".berth-copied"});
  }
  BERTH_ASSIGN(const UniqueFd data, OpenAt(volume.get(), BaseName(source), O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  return Populate(root_fd, destination, data.get(), {volume.get(), "_copy", "_copied"});
}

}  // namespace berth
