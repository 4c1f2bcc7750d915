#include "base/sealed_executable.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

#include "base/file.h"

namespace berth {

namespace {

constexpr const char* kSelf = "/proc/self/exe";
constexpr unsigned kMayExecute = 0x10;  // MFD_EXEC, of Linux 6.3
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

Result<UniqueFd> ReadOnlyMount(const std::string& directory) {
  UniqueFd tree(
      static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, directory.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)));
  if (!tree.valid()) {
    return Errno("open_tree", directory);
  }
  mount_attr read_only{};
  read_only.attr_set = MOUNT_ATTR_RDONLY;
  if (::syscall(SYS_mount_setattr, tree.get(), "", AT_EMPTY_PATH, &read_only, sizeof read_only) != 0) {
    return Errno("mount_setattr", directory);
  }
  return tree;
}

Result<UniqueFd> SealedCopy(const std::string& path) {
  BERTH_ASSIGN(const UniqueFd source, OpenAt(AT_FDCWD, path, O_RDONLY));
  UniqueFd copy(::memfd_create("berth", MFD_CLOEXEC | MFD_ALLOW_SEALING | kMayExecute));
  if (!copy.valid() && errno == EINVAL) {
    copy.Reset(::memfd_create("berth", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  }
  if (!copy.valid()) {
    return Errno("memfd_create", path);
  }
  ssize_t copied = 0;
  do {
    copied = ::sendfile(copy.get(), source.get(), nullptr, 1U << 30U);
  } while (copied > 0 || (copied < 0 && errno == EINTR));
  if (copied < 0 || ::fchmod(copy.get(), 0500) != 0 || ::fcntl(copy.get(), F_ADD_SEALS, kSeals) != 0) {
    return Errno("memfd", path);
  }
  // By a descriptor for reading: what somebody may write to is not executed.
  return OpenAt(AT_FDCWD, "/proc/self/fd/" + std::to_string(copy.get()), O_RDONLY);
}

bool IsSealed(const std::string& path) {
  struct statvfs filesystem{};
  if (::statvfs(path.c_str(), &filesystem) == 0 && (filesystem.f_flag & ST_RDONLY) != 0) {
    return true;
  }
  const auto file = OpenAt(AT_FDCWD, path, O_RDONLY);
  const int seals = file ? ::fcntl(file->get(), F_GET_SEALS) : -1;
  return seals >= 0 && (seals & F_SEAL_WRITE) != 0;
}

}  // namespace

Result<SealedExecutable> SealedExecutable::Of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (auto mount = ReadOnlyMount(path.substr(0, slash)); mount) {
    SealedExecutable sealed(*std::move(mount), path.substr(slash));
    if (IsSealed(sealed.path())) {
      return sealed;
    }
  }
  BERTH_ASSIGN(UniqueFd copy, SealedCopy(path));
  return SealedExecutable(std::move(copy), "");
}

Status ExecuteSelfSealed(char* const* argv) {
  if (IsSealed(kSelf)) {
    return {};
  }
  char path[PATH_MAX];
  const ssize_t length = ::readlink(kSelf, path, sizeof path);
  if (length < 0) {
    return Errno("readlink", kSelf);
  }
  BERTH_ASSIGN(const SealedExecutable sealed, SealedExecutable::Of(std::string(path, static_cast<size_t>(length))));
  if (!IsSealed(sealed.path())) {
    return Fail(EPERM, "execve", "our own executable can't be sealed");  // else this would go on for ever
  }
  ::execve(sealed.path().c_str(), argv, environ);
  return Errno("execve", path);
}

}  // namespace berth
