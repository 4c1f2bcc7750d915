#include "base/procfs.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/resolve.h"

namespace berth {

namespace {

constexpr ino_t kProcRoot = 1;  // PROC_ROOT_INO: no bind mount of a part of procfs

bool IsProcfs(int fd) {
  struct statfs filesystem{};
  return ::fstatfs(fd, &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC;
}

}  // namespace

Result<UniqueFd> OpenProcFile(const std::string& path, int flags) {
  BERTH_ASSIGN(const UniqueFd proc, OpenAt(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW));
  struct stat status{};
  if (!IsProcfs(proc.get()) || ::fstat(proc.get(), &status) != 0 || status.st_ino != kProcRoot) {
    return Fail(0, "fstatfs", "/proc: is not procfs");
  }
  auto file = OpenBeneath(proc.get(), path, flags | O_NOFOLLOW, RESOLVE_NO_XDEV);
  if (!file) {
    return Fail(file.error().errnum, file.error().call, "/proc/" + path);
  }
  return IsProcfs(file->get()) ? std::move(file) : Fail(0, "fstatfs", "/proc/" + path + ": is not procfs");
}

Status WriteProcFile(const std::string& path, std::string_view value) {
  BERTH_ASSIGN(const UniqueFd file, OpenProcFile(path, O_WRONLY));
  return WriteControl(file.get(), value, ("/proc/" + path).c_str());
}

}  // namespace berth
