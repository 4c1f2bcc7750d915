#include "runtime/shared_shm.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>

#include <string>

#include "base/file.h"
#include "runtime/mounts.h"

namespace berth {

Status EnsureSharedShm(int run_fd, int64_t bytes) {
  if (::mkdirat(run_fd, "shm", 01777) != 0 && errno != EEXIST) {
    return Errno("mkdirat", "shm");
  }
  BERTH_ASSIGN(const UniqueFd dir, OpenAt(run_fd, "shm", O_PATH | O_DIRECTORY | O_NOFOLLOW));
  struct stat above{};
  struct stat here{};
  if (::fstat(run_fd, &above) != 0 || ::fstat(dir.get(), &here) != 0) {
    return Errno("fstat", "shm");
  }
  if (here.st_dev != above.st_dev) {
    return {};
  }
  MountOptions options;
  options.set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  options.data = {{"mode", "1777"}, {"size", std::to_string(bytes)}};
  BERTH_ASSIGN(const UniqueFd tmpfs, NewFilesystem("tmpfs", "shm", options));
  return AttachMount(tmpfs.get(), dir.get(), "shm");
}

}  // namespace berth
