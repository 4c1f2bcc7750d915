#include "base/lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include "base/file.h"

namespace berth {

Result<UniqueFd> TryLockFile(const std::string& path, bool exclusive) {
  BERTH_ASSIGN(UniqueFd fd, OpenAt(AT_FDCWD, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  int result = -1;
  do {
    result = ::flock(fd.get(), (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    return Errno("flock", path);
  }
  return fd;
}

}  // namespace berth
