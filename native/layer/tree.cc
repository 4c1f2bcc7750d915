#include "layer/tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <climits>
#include <string_view>

#include "base/resolve.h"

namespace berth::layer {

namespace {

// In the layer and in its own mount: a layer holds none.
Result<UniqueFd> OpenInLayer(int root_fd, const std::string& path, int flags) {
  return OpenBeneath(root_fd, path.empty() ? "." : path, flags, RESOLVE_NO_XDEV);
}

constexpr int kDirectory = O_RDONLY | O_DIRECTORY;

}  // namespace

Result<std::string> NormalPath(const std::string& name) {
  std::string path;
  std::string_view rest = name;
  while (!rest.empty()) {
    const size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    if (part.empty() || part == ".") {
      continue;
    }
    if (part == "..") {
      return Fail(0, "tar", "a name leads out of the layer: " + name);
    }
    if (part.find('\0') != std::string_view::npos || part.size() > NAME_MAX) {
      return Fail(ENAMETOOLONG, "tar", name.substr(0, NAME_MAX));
    }
    path += path.empty() ? "" : "/";
    path += part;
  }
  if (path.size() >= PATH_MAX) {
    return Fail(ENAMETOOLONG, "tar", path.substr(0, NAME_MAX));
  }
  return path;
}

bool IsWhiteout(const struct stat& info) { return S_ISCHR(info.st_mode) && info.st_rdev == 0; }

void LayerTree::Forget() {
  cached_ = false;
  cached_fd_.Reset();
}

Result<UniqueFd> LayerTree::Open(const std::string& path, int flags) const {
  return OpenInLayer(root_.get(), path, flags | O_NOFOLLOW);
}

Result<UniqueFd> LayerTree::OpenFollowing(const std::string& path, int flags) const {
  return OpenInLayer(root_.get(), path, flags);
}

// One component of a missing path. A whiteout in its place means that the lower directory is gone.
Result<UniqueFd> LayerTree::EnterOrMake(const std::string& path, const UniqueFd& above, const std::string& leaf) {
  auto found = OpenInLayer(root_.get(), path, kDirectory);
  if (found || (found.error().errnum != ENOENT && found.error().errnum != ENOTDIR)) {
    return found;
  }
  struct stat info{};
  const bool present = ::fstatat(above.get(), leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
  const bool whiteout = present && IsWhiteout(info);
  if (present && !whiteout) {
    return Fail(ENOTDIR, "open", path);
  }
  if (whiteout && ::unlinkat(above.get(), leaf.c_str(), 0) != 0) {
    return Errno("unlink", path);
  }
  if (::mkdirat(above.get(), leaf.c_str(), 0755) != 0) {
    return Errno("mkdir", path);
  }
  BERTH_ASSIGN(UniqueFd made, OpenInLayer(root_.get(), path, kDirectory));
  if (whiteout) {
    BERTH_TRY(MakeOpaque(made.get()));
  }
  return made;
}

Result<UniqueFd> LayerTree::MakeParents(const std::string& parent) {
  BERTH_ASSIGN(UniqueFd above, OpenInLayer(root_.get(), "", kDirectory));
  size_t start = 0;
  while (start < parent.size()) {
    const size_t end = std::min(parent.find('/', start), parent.size());
    BERTH_ASSIGN(above, EnterOrMake(parent.substr(0, end), above, parent.substr(start, end - start)));
    start = end + 1;
  }
  return above;
}

Result<UniqueFd> LayerTree::OpenParent(const std::string& parent) {
  auto found = OpenInLayer(root_.get(), parent, kDirectory);
  if (!found && (found.error().errnum == ENOENT || found.error().errnum == ENOTDIR)) {
    return MakeParents(parent);
  }
  return found;
}

Result<Place> LayerTree::Locate(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string parent = slash == std::string::npos ? "" : path.substr(0, slash);
  std::string leaf = slash == std::string::npos ? path : path.substr(slash + 1);
  if (!cached_ || parent != cached_path_) {
    Forget();
    BERTH_ASSIGN(cached_fd_, OpenParent(parent));
    struct stat info{};
    if (::fstat(cached_fd_.get(), &info) != 0) {
      return Errno("fstat", parent);
    }
    cached_inherits_group_ = (info.st_mode & S_ISGID) != 0;
    cached_path_ = parent;
    cached_ = true;
  }
  return Place{cached_fd_.get(), std::move(leaf), cached_inherits_group_};
}

Status LayerTree::Displace(const Place& place) {
  struct stat info{};
  if (::fstatat(place.dir_fd, place.leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return Errno("stat", place.leaf);
  }
  if (IsWhiteout(info)) {
    return ::unlinkat(place.dir_fd, place.leaf.c_str(), 0) == 0 ? Status{} : Errno("unlink", place.leaf);
  }
  const std::string name = std::to_string(displaced_++);
  if (::renameat(place.dir_fd, place.leaf.c_str(), replaced_.get(), name.c_str()) != 0) {
    return Errno("rename", place.leaf);
  }
  return {};
}

Status LayerTree::MakeOpaque(int dir_fd) {
  if (::fsetxattr(dir_fd, "trusted.overlay.opaque", "y", 1, 0) != 0) {
    return Errno("setxattr", "trusted.overlay.opaque");
  }
  return {};
}

}  // namespace berth::layer
