#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <climits>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/resolve.h"

namespace berth {

namespace {

constexpr int kMaxLinks = 40;  // as the kernel's own limit
constexpr int kTries = 64;
constexpr ino_t kProcRoot = 1;               // PROC_ROOT_INO
constexpr long kNoSymfollow = 0x2000;        // ST_NOSYMFOLLOW of the kernel's statfs
constexpr long kApparmorMagic = 0x5a3c69f0;  // AAFS_MAGIC: its "policy" is a magic link
constexpr const char* kCall = "openat2";     // what the caller asked for

Result<UniqueFd> OpenEntry(int dir_fd, const std::string& name, int flags) {
  return OpenAt(dir_fd, name, flags | O_NOFOLLOW);
}

Result<struct stat> StatOf(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 ? Result<struct stat>(status) : Errno("fstat", "path");
}

// Of a kernel that does not tell it (before 5.8) no mount is known to be the same.
Result<uint64_t> MountOf(int fd) {
  struct statx status{};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) != 0) {
    return Errno("statx", "mount");
  }
  return (status.stx_mask & STATX_MNT_ID) != 0 ? Result<uint64_t>(status.stx_mnt_id) : Fail(ENOSYS, "statx", "mount");
}

// Splits the first name off; what is left begins with a slash, or is empty.
std::string TakeName(std::string& rest) {
  rest.erase(0, rest.find_first_not_of('/'));
  const size_t end = std::min(rest.find('/'), rest.size());
  std::string name = rest.substr(0, end);
  rest.erase(0, end);
  return name;
}

class Walk {
 public:
  Walk(int root_fd, int flags, uint64_t restrictions) : root_fd_(root_fd), flags_(flags), restrictions_(restrictions) {}

  Result<UniqueFd> Open(const std::string& path) {
    rest_ = path;
    for (;;) {
      const std::string name = TakeName(rest_);
      const bool last = rest_.find_first_not_of('/') == std::string::npos;
      if (name.empty()) {
        return OpenHere();
      }
      if (name == "..") {
        Leave();
      }
      if (name == "." || name == "..") {
        continue;
      }
      BERTH_ASSIGN(UniqueFd entry, OpenEntry(Here(), name, O_PATH));
      BERTH_ASSIGN(const struct stat status, StatOf(entry.get()));
      BERTH_TRY(CheckMount(entry.get()));
      const bool must_be_directory = !rest_.empty();
      if (S_ISLNK(status.st_mode) && !(last && !must_be_directory && (flags_ & O_NOFOLLOW) != 0)) {
        BERTH_TRY(Follow(entry.get()));
      } else if (last) {
        return OpenLast(std::move(entry), name, status, must_be_directory);
      } else if (S_ISDIR(status.st_mode)) {
        steps_.push_back({name, std::move(entry)});
      } else {
        return Fail(ENOTDIR, kCall, name);
      }
    }
  }

  // Whether every directory on the way is still entered by the name that it was entered by.
  [[nodiscard]] bool IsUnchanged() const {
    int above = root_fd_;
    for (const Step& step : steps_) {
      struct stat named{};
      const auto walked = StatOf(step.fd.get());
      if (!walked || ::fstatat(above, step.name.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0 ||
          named.st_dev != walked->st_dev || named.st_ino != walked->st_ino) {
        return false;
      }
      above = step.fd.get();
    }
    return true;
  }

 private:
  struct Step {
    std::string name;
    UniqueFd fd;
  };

  [[nodiscard]] int Here() const { return steps_.empty() ? root_fd_ : steps_.back().fd.get(); }

  void Leave() {
    if (!steps_.empty()) {
      steps_.pop_back();
    }
  }

  [[nodiscard]] Status CheckMount(int fd) const {
    if ((restrictions_ & RESOLVE_NO_XDEV) == 0) {
      return {};
    }
    BERTH_ASSIGN(const uint64_t root, MountOf(root_fd_));
    BERTH_ASSIGN(const uint64_t mount, MountOf(fd));
    return root == mount ? Status() : Fail(EXDEV, kCall, "another mount");
  }

  [[nodiscard]] Status CheckLink(int link_fd) const {
    struct statfs filesystem{};
    if (::fstatfs(link_fd, &filesystem) != 0) {
      return Errno("fstatfs", "link");
    }
    BERTH_ASSIGN(const struct stat parent, StatOf(Here()));
    const bool magic =
        (filesystem.f_type == PROC_SUPER_MAGIC && parent.st_ino != kProcRoot) || filesystem.f_type == kApparmorMagic;
    const bool followed = (restrictions_ & RESOLVE_NO_SYMLINKS) == 0 && (filesystem.f_flags & kNoSymfollow) == 0;
    return magic || !followed ? Fail(ELOOP, kCall, "link") : Status();
  }

  // The link's text takes the link's place in what is left.
  Status Follow(int link_fd) {
    if (++links_ > kMaxLinks) {
      return Fail(ELOOP, kCall, "too many links");
    }
    BERTH_TRY(CheckLink(link_fd));
    char target[PATH_MAX];
    const ssize_t length = ::readlinkat(link_fd, "", target, sizeof target);
    if (length < 0) {
      return Errno("readlinkat", "link");
    }
    rest_.insert(0, target, static_cast<size_t>(length));
    if (rest_.starts_with('/')) {
      steps_.clear();
    }
    return {};
  }

  // The path ended in "/", "." or "..".
  Result<UniqueFd> OpenHere() { return OpenAt(Here(), ".", flags_ & ~O_NOFOLLOW); }

  // What was looked at may have been replaced since: it is opened by its one name, and is in the tree whatever it is.
  Result<UniqueFd> OpenLast(UniqueFd entry, const std::string& name, const struct stat& status,
                            bool must_be_directory) {
    if ((must_be_directory || (flags_ & O_DIRECTORY) != 0) && !S_ISDIR(status.st_mode)) {
      return Fail(ENOTDIR, kCall, name);
    }
    if ((flags_ & O_PATH) != 0) {
      return entry;
    }
    BERTH_ASSIGN(UniqueFd opened, OpenEntry(Here(), name, flags_));
    BERTH_TRY(CheckMount(opened.get()));
    return opened;
  }

  int root_fd_;
  int flags_;
  uint64_t restrictions_;
  std::string rest_;
  std::vector<Step> steps_;
  int links_ = 0;
};

}  // namespace

Result<UniqueFd> WalkBeneath(int root_fd, const std::string& path, int flags, uint64_t restrictions) {
  if (path.empty() || path.size() >= PATH_MAX) {
    return Fail(path.empty() ? ENOENT : ENAMETOOLONG, kCall, path.substr(0, NAME_MAX));
  }
  for (int i = 0; i < kTries; ++i) {
    Walk walk(root_fd, flags, restrictions);
    auto opened = walk.Open(path);
    if (walk.IsUnchanged()) {
      return opened ? std::move(opened) : Fail(opened.error().errnum, kCall, path);
    }
  }
  return Fail(EAGAIN, kCall, path);
}

}  // namespace berth
