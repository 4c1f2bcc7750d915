#include "layer/upper_entry.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <memory>

#include "base/file.h"
#include "layer/attributes.h"

namespace berth::layer {

namespace {

// Files with fewer bytes in holes are written out: a map costs as much.
constexpr off_t kWorthwhileHole = 1 << 20;

std::string ProcPath(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

// Calls that take no O_PATH descriptor go through its magic link; the entry itself is meant, so symbolic links are asked for
// by the name in /proc of the directory's entry, which lists no attributes of a link's target.
Result<std::string> ReadXattr(const std::string& path, const char* name) {
  std::string value(XATTR_SIZE_MAX, '\0');
  const ssize_t size = ::getxattr(path.c_str(), name, value.data(), value.size());
  if (size < 0) {
    return Errno("getxattr", name);
  }
  value.resize(static_cast<size_t>(size));
  return value;
}

Result<std::vector<std::string>> ListXattrs(const std::string& path) {
  std::string list(XATTR_LIST_MAX, '\0');
  const ssize_t size = ::listxattr(path.c_str(), list.data(), list.size());
  if (size < 0) {
    return errno == ENOTSUP ? Result<std::vector<std::string>>{std::vector<std::string>{}}
                            : Result<std::vector<std::string>>(Errno("listxattr", path));
  }
  std::vector<std::string> names;
  for (size_t at = 0; at < static_cast<size_t>(size); at += names.back().size() + 1) {
    names.emplace_back(list.c_str() + at);
  }
  std::ranges::sort(names);
  return names;
}

// Labels of the host's security module say nothing on another host.
bool BelongsToHost(const std::string& name) {
  return name == "security.selinux" || name == "security.ima" || name == "security.evm";
}

Status FillXattrs(int fd, TarEntry* entry) {
  const std::string path = ProcPath(fd);
  BERTH_ASSIGN(const auto names, ListXattrs(path));
  for (const std::string& name : names) {
    if (name == "trusted.overlay.redirect" || name == "trusted.overlay.metacopy") {
      return Fail(0, "pack", entry->name + ": the directory was used with redirect_dir or metacopy");
    }
    if (!IsOverlayXattr(name) && !BelongsToHost(name)) {
      BERTH_ASSIGN(std::string value, ReadXattr(path, name.c_str()));
      entry->xattrs.emplace_back(name, std::move(value));
    }
  }
  return {};
}

Result<std::string> ReadLink(int fd) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlinkat(fd, "", target.data(), target.size());
  if (size < 0) {
    return Errno("readlink", "symbolic link");
  }
  target.resize(static_cast<size_t>(size));
  return target;
}

EntryType TypeOf(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return EntryType::kDirectory;
    case S_IFLNK:
      return EntryType::kSymlink;
    case S_IFCHR:
      return EntryType::kCharDevice;
    case S_IFBLK:
      return EntryType::kBlockDevice;
    case S_IFIFO:
      return EntryType::kFifo;
    default:
      return EntryType::kFile;
  }
}

}  // namespace

Result<std::vector<std::string>> SortedNames(int dir_fd) {
  BERTH_ASSIGN(UniqueFd fd, OpenAt(dir_fd, ".", O_RDONLY | O_DIRECTORY));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), ::closedir);
  if (!stream) {
    return Errno("opendir", "layer");
  }
  static_cast<void>(fd.Release());
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") {
      names.push_back(name);
    }
  }
  if (errno != 0) {
    return Errno("readdir", "layer");
  }
  std::ranges::sort(names);
  return names;
}

Result<TarEntry> DescribeUpper(int fd, const struct stat& info, const std::string& path) {
  TarEntry entry;
  entry.type = TypeOf(info.st_mode);
  entry.name = entry.type == EntryType::kDirectory ? path + "/" : path;
  entry.mode = info.st_mode & 07777U;
  entry.uid = info.st_uid;
  entry.gid = info.st_gid;
  entry.mtime = {info.st_mtim.tv_sec, 0};
  if (entry.type == EntryType::kSymlink) {
    BERTH_ASSIGN(entry.link, ReadLink(fd));
    return entry;
  }
  if (entry.type == EntryType::kCharDevice || entry.type == EntryType::kBlockDevice) {
    entry.device_major = gnu_dev_major(info.st_rdev);
    entry.device_minor = gnu_dev_minor(info.st_rdev);
  }
  entry.size = entry.type == EntryType::kFile ? static_cast<uint64_t>(info.st_size) : 0;
  BERTH_TRY(FillXattrs(fd, &entry));
  return entry;
}

Result<bool> IsOpaque(int dir_fd) {
  const auto value = ReadXattr(ProcPath(dir_fd), "trusted.overlay.opaque");
  if (!value && value.error().errnum != ENODATA && value.error().errnum != ENOTSUP) {
    return std::unexpected(value.error());
  }
  return value && *value == "y";
}

Status FindPieces(int fd, const struct stat& info, TarEntry* entry) {
  constexpr off_t kSectorSize = 512;
  if (info.st_size - info.st_blocks * kSectorSize < kWorthwhileHole) {
    return {};
  }
  off_t end = 0;
  while (end < info.st_size) {
    const off_t data = ::lseek(fd, end, SEEK_DATA);
    if (data < 0 && errno == ENXIO) {
      break;
    }
    end = data < 0 ? -1 : std::min(::lseek(fd, data, SEEK_HOLE), info.st_size);
    if (end < 0) {
      return Errno("lseek", entry->name);
    }
    entry->pieces.push_back({static_cast<uint64_t>(data), static_cast<uint64_t>(end - data)});
  }
  entry->sparse = entry->pieces.size() != 1 || entry->pieces[0].size != entry->size;
  return {};
}

}  // namespace berth::layer
