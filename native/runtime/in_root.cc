#include "runtime/in_root.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>

#include "base/file.h"
#include "base/resolve.h"

namespace berth {

namespace {

constexpr int kMaxLinks = 40;  // as the kernel's own limit

enum class Kind { kDirectory, kFile };

Result<UniqueFd> Make(int root_fd, const std::string& path, mode_t mode, Kind kind, int links);

// Makes `name` in the directory. False: something with that name is there already.
Result<bool> MakeEntry(int dir_fd, const std::string& name, mode_t mode, Kind kind) {
  if (kind == Kind::kDirectory) {
    if (::mkdirat(dir_fd, name.c_str(), mode) == 0) {
      return true;
    }
  } else if (const UniqueFd fd(::openat(dir_fd, name.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode));
             fd.valid()) {
    return true;
  }
  if (errno == EEXIST) {
    return false;
  }
  return Errno(kind == Kind::kDirectory ? "mkdirat" : "openat", name);
}

// Where the symlink `name` in `parent` leads to, as a path in the root. Empty: it is no symlink (any more).
Result<std::string> LinkTarget(int dir_fd, const std::string& parent, const std::string& name) {
  char target[PATH_MAX];
  const ssize_t length = ::readlinkat(dir_fd, name.c_str(), target, sizeof target);
  if (length < 0 && (errno == EINVAL || errno == ENOENT)) {
    return std::string();
  }
  if (length < 0) {
    return Errno("readlinkat", name);
  }
  const std::string text(target, static_cast<size_t>(length));
  return text.starts_with('/') ? text : parent + "/" + text;
}

// `path` itself does not resolve, but its parent may be made: make both.
Result<UniqueFd> MakeMissing(int root_fd, const std::string& path, mode_t mode, Kind kind, int links) {
  const std::string parent = ParentPath(path);
  const std::string name = BaseName(path);
  if (name.empty() || name == "." || name == "..") {
    BERTH_ASSIGN(const UniqueFd made, Make(root_fd, parent, 0755, Kind::kDirectory, links));
    return OpenInRoot(root_fd, path, O_PATH);
  }
  BERTH_ASSIGN(const UniqueFd dir,
               Make(root_fd, parent, kind == Kind::kDirectory ? mode : 0755, Kind::kDirectory, links));
  BERTH_ASSIGN(const bool made, MakeEntry(dir.get(), name, mode, kind));
  if (!made) {
    BERTH_ASSIGN(const std::string target, LinkTarget(dir.get(), parent, name));
    if (!target.empty()) {
      return Make(root_fd, target, mode, kind, links + 1);
    }
  }
  BERTH_ASSIGN(UniqueFd entry, OpenAt(dir.get(), name, O_PATH | O_NOFOLLOW));
  struct stat status{};
  if (::fstat(entry.get(), &status) != 0) {
    return Errno("fstat", path);
  }
  // It was no link a moment ago: somebody plays with it.
  return S_ISLNK(status.st_mode) ? Result<UniqueFd>(Fail(EAGAIN, "openat", path)) : std::move(entry);
}

Result<UniqueFd> Make(int root_fd, const std::string& path, mode_t mode, Kind kind, int links) {
  if (links > kMaxLinks) {
    return Fail(ELOOP, "openat2", path);
  }
  const int flags = kind == Kind::kDirectory ? O_PATH | O_DIRECTORY : O_PATH;
  auto found = OpenInRoot(root_fd, path.empty() ? "/" : path, flags);
  if (found || found.error().errnum != ENOENT) {
    return found;
  }
  return MakeMissing(root_fd, path, mode, kind, links);
}

}  // namespace

Result<UniqueFd> OpenInRoot(int root_fd, const std::string& path, int flags) {
  return OpenBeneath(root_fd, path, flags);
}

Result<UniqueFd> OpenInRootNoSymlinks(int root_fd, const std::string& path, int flags) {
  return OpenBeneath(root_fd, path, flags, RESOLVE_NO_SYMLINKS);
}

Result<UniqueFd> MakeDirsInRoot(int root_fd, const std::string& path, mode_t mode) {
  return Make(root_fd, path, mode, Kind::kDirectory, 0);
}

Result<UniqueFd> MakeFileInRoot(int root_fd, const std::string& path, mode_t mode) {
  return Make(root_fd, path, mode, Kind::kFile, 0);
}

std::string FdPath(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

std::string ParentPath(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  const size_t slash = end == std::string::npos ? end : path.rfind('/', end);
  return slash == std::string::npos ? std::string() : path.substr(0, slash == 0 ? 1 : slash);
}

std::string BaseName(const std::string& path) {
  const size_t end = path.find_last_not_of('/');
  if (end == std::string::npos) {
    return {};
  }
  const size_t slash = path.rfind('/', end);
  const size_t begin = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(begin, end + 1 - begin);
}

}  // namespace berth
