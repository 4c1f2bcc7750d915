#include "shim/lock.h"

#include <fcntl.h>

#include "base/file.h"

namespace berth {

Result<UniqueFd> LockRunDirectory(int run_fd) {
  BERTH_ASSIGN(UniqueFd fd, OpenAt(run_fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600));
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(fd.get(), F_OFD_SETLK, &whole) != 0) {
    if (errno == EAGAIN || errno == EACCES) {
      return Fail(EWOULDBLOCK, "lock", "container is already running");
    }
    return Errno("lock", "lock");
  }
  return fd;
}

}  // namespace berth
