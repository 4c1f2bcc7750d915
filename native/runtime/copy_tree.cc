#include "runtime/copy_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <linux/limits.h>

#include <climits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "runtime/copy_file.h"
#include "runtime/in_root.h"

namespace berth {

namespace {

// An entry by its directory: for calls that know no *at() form. "." is the directory itself.
std::string EntryPath(int dir_fd, const std::string& name) { return FdPath(dir_fd) + "/" + name; }

Status CopyXattr(const std::string& source, const std::string& target, const char* name) {
  std::string value(XATTR_SIZE_MAX, '\0');
  const ssize_t length = ::lgetxattr(source.c_str(), name, value.data(), value.size());
  if (length < 0) {
    return Errno("lgetxattr", name);
  }
  // A volume's filesystem may know fewer kinds; Docker passes over that as well.
  if (::lsetxattr(target.c_str(), name, value.data(), static_cast<size_t>(length), 0) != 0 && errno != EOPNOTSUPP) {
    return Errno("lsetxattr", name);
  }
  return {};
}

Status CopyXattrs(const std::string& source, const std::string& target) {
  char names[XATTR_LIST_MAX];
  const ssize_t length = ::llistxattr(source.c_str(), names, sizeof names);
  if (length < 0) {
    return errno == EOPNOTSUPP ? Status() : Errno("llistxattr", source);
  }
  for (std::string_view rest(names, static_cast<size_t>(length)); !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find('\0'));
    BERTH_TRY(CopyXattr(source, target, name.data()));
    rest.remove_prefix(name.size() + 1);
  }
  return {};
}

// The owner first: changing it clears set-id bits and file capabilities. Times last.
Status CopyAttributes(int source_fd, int target_fd, const std::string& name, const struct stat& status) {
  const std::string source = EntryPath(source_fd, name);
  const std::string target = EntryPath(target_fd, name);
  if (::fchownat(target_fd, name.c_str(), status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) != 0) {
    return Errno("fchownat", name);
  }
  if (!S_ISLNK(status.st_mode) && ::fchmodat(target_fd, name.c_str(), status.st_mode & 07777U, 0) != 0) {
    return Errno("fchmodat", name);
  }
  BERTH_TRY(CopyXattrs(source, target));
  const timespec times[] = {status.st_atim, status.st_mtim};
  if (::utimensat(target_fd, name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
    return Errno("utimensat", name);
  }
  return {};
}

Status CopyFile(int source_fd, int target_fd, const std::string& name, const struct stat& status) {
  BERTH_ASSIGN(const UniqueFd source, OpenAt(source_fd, name, O_RDONLY | O_NOFOLLOW));
  BERTH_ASSIGN(const UniqueFd target, OpenAt(target_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  return CopyData(source.get(), target.get(), status.st_size);
}

Status CopySymlink(int source_fd, int target_fd, const std::string& name) {
  char text[PATH_MAX + 1];
  const ssize_t length = ::readlinkat(source_fd, name.c_str(), text, sizeof text - 1);
  if (length < 0) {
    return Errno("readlinkat", name);
  }
  text[length] = '\0';
  return ::symlinkat(text, target_fd, name.c_str()) == 0 ? Status() : Status(Errno("symlinkat", name));
}

class TreeCopy {
 public:
  explicit TreeCopy(int target_root) : target_root_(target_root) {}

  // `path` is that of the two directories within their trees: "" or "a/b/".
  Status Directory(int source_fd, int target_fd, const std::string& path) {
    BERTH_ASSIGN(const std::vector<std::string> names, EntryNames(source_fd));
    for (const std::string& name : names) {
      if (auto copied = Entry(source_fd, target_fd, path, name); !copied) {
        return Wrap(std::move(copied).error(), path + name);
      }
    }
    return CopyDirectoryAttributes(source_fd, target_fd);
  }

 private:
  Status Entry(int source_fd, int target_fd, const std::string& path, const std::string& name) {
    struct stat status{};
    if (::fstatat(source_fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return Errno("fstatat", name);
    }
    if (S_ISDIR(status.st_mode)) {
      return Subdirectory(source_fd, target_fd, path, name);
    }
    if (status.st_nlink > 1) {
      const auto [first, is_first] = links_.try_emplace({status.st_dev, status.st_ino}, path + name);
      if (!is_first) {
        return ::linkat(target_root_, first->second.c_str(), target_fd, name.c_str(), 0) == 0
                   ? Status()
                   : Status(Errno("linkat", name));
      }
    }
    BERTH_TRY(Object(source_fd, target_fd, name, status));
    return CopyAttributes(source_fd, target_fd, name, status);
  }

  Status Subdirectory(int source_fd, int target_fd, const std::string& path, const std::string& name) {
    if (::mkdirat(target_fd, name.c_str(), 0700) != 0) {
      return Errno("mkdirat", name);
    }
    BERTH_ASSIGN(const UniqueFd source, OpenAt(source_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    BERTH_ASSIGN(const UniqueFd target, OpenAt(target_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    return Directory(source.get(), target.get(), path + name + "/");
  }

  static Status Object(int source_fd, int target_fd, const std::string& name, const struct stat& status) {
    if (S_ISREG(status.st_mode)) {
      return CopyFile(source_fd, target_fd, name, status);
    }
    if (S_ISLNK(status.st_mode)) {
      return CopySymlink(source_fd, target_fd, name);
    }
    if (::mknodat(target_fd, name.c_str(), status.st_mode, status.st_rdev) != 0) {
      return Errno("mknodat", name);
    }
    return {};
  }

  int target_root_;
  std::map<std::pair<dev_t, ino_t>, std::string> links_;
};

}  // namespace

Result<std::vector<std::string>> EntryNames(int dir_fd) {
  BERTH_ASSIGN(UniqueFd fd, OpenAt(dir_fd, ".", O_RDONLY | O_DIRECTORY));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), ::closedir);
  if (!stream) {
    return Errno("fdopendir", "directory");
  }
  (void)fd.Release();
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") {
      names.emplace_back(name);
    }
  }
  return names;
}

Status CopyTree(int source_fd, int target_fd) { return TreeCopy(target_fd).Directory(source_fd, target_fd, ""); }

Status CopyDirectoryAttributes(int source_fd, int target_fd) {
  struct stat status{};
  if (::fstat(source_fd, &status) != 0) {
    return Errno("fstat", "directory");
  }
  return CopyAttributes(source_fd, target_fd, ".", status);
}

}  // namespace berth
