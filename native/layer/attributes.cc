#include "layer/attributes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <array>
#include <string>

namespace berth::layer {

namespace {

constexpr mode_t kSetIds = S_ISUID | S_ISGID;

std::array<timespec, 2> Times(const TarEntry& entry) { return {entry.mtime, entry.mtime}; }

bool NeedsOwner(const TarEntry& entry, bool inherits_group) {
  return entry.uid != 0 || entry.gid != 0 || inherits_group;
}

// Refusals that depend on the host's file system and security module lose an attribute, not the image.
Status XattrResult(int result, const std::string& name) {
  return result == 0 || errno == ENOTSUP ? Status{} : Errno("setxattr", name);
}

Status SetXattrs(int fd, const TarEntry& entry) {
  for (const auto& [name, value] : entry.xattrs) {
    if (!IsOverlayXattr(name)) {
      BERTH_TRY(XattrResult(::fsetxattr(fd, name.c_str(), value.data(), value.size(), 0), name));
    }
  }
  return {};
}

Status SetTimes(int fd, const TarEntry& entry) {
  return ::futimens(fd, Times(entry).data()) == 0 ? Status{} : Errno("utimens", entry.name);
}

}  // namespace

bool IsOverlayXattr(const std::string& name) {
  return name.starts_with("trusted.overlay.") || name.starts_with("user.overlay.");
}

// chown(2) clears set-id bits and file capabilities, so it comes first.
Status SetFileAttributes(int fd, const TarEntry& entry, bool inherits_group) {
  const bool chown = NeedsOwner(entry, inherits_group);
  if (chown && ::fchown(fd, entry.uid, entry.gid) != 0) {
    return Errno("chown", entry.name);
  }
  if (chown && (entry.mode & kSetIds) != 0 && ::fchmod(fd, entry.mode) != 0) {
    return Errno("chmod", entry.name);
  }
  BERTH_TRY(SetXattrs(fd, entry));
  return SetTimes(fd, entry);
}

Status SetNodeAttributes(const Place& place, const TarEntry& entry) {
  const char* leaf = place.leaf.c_str();
  if (NeedsOwner(entry, place.inherits_group) &&
      ::fchownat(place.dir_fd, leaf, entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0) {
    return Errno("chown", entry.name);
  }
  if (entry.type != EntryType::kSymlink && (entry.mode & kSetIds) != 0 &&
      ::fchmodat(place.dir_fd, leaf, entry.mode, 0) != 0) {
    return Errno("chmod", entry.name);
  }
  const std::string path = "/proc/self/fd/" + std::to_string(place.dir_fd) + "/" + place.leaf;
  for (const auto& [name, value] : entry.xattrs) {
    if (!IsOverlayXattr(name)) {
      BERTH_TRY(XattrResult(::lsetxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0), name));
    }
  }
  if (::utimensat(place.dir_fd, leaf, Times(entry).data(), AT_SYMLINK_NOFOLLOW) != 0) {
    return Errno("utimens", entry.name);
  }
  return {};
}

Status SetDirectoryOwner(int fd, const TarEntry& entry, bool just_made, bool inherits_group) {
  if (just_made && !NeedsOwner(entry, inherits_group) && (entry.mode & kSetIds) == 0) {
    return {};
  }
  if (::fchown(fd, entry.uid, entry.gid) != 0) {
    return Errno("chown", entry.name);
  }
  return ::fchmod(fd, entry.mode) == 0 ? Status{} : Errno("chmod", entry.name);
}

Status SetDirectoryAttributes(int fd, const TarEntry& entry) {
  BERTH_TRY(SetXattrs(fd, entry));
  return SetTimes(fd, entry);
}

}  // namespace berth::layer
