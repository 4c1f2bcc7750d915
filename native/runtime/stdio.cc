#include "runtime/stdio.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <string>

namespace berth {

Status OwnStdio(const int (&fds)[3], uid_t uid) {
  for (const int fd : fds) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
      return Errno("fstat", std::to_string(fd));
    }
    const bool null = S_ISCHR(status.st_mode) && status.st_rdev == ::makedev(1, 3);
    const bool refusable = status.st_uid == uid || null || ::fchown(fd, uid, status.st_gid) == 0 || errno == EPERM ||
                           errno == EROFS || errno == EINVAL;
    if (!refusable) {
      return Errno("fchown", std::to_string(fd));
    }
  }
  return {};
}

}  // namespace berth
