#include "shim/lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

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

Status NameHolder(int lock_fd, pid_t pid, uint64_t start_time) {
  if (::ftruncate(lock_fd, 0) != 0) {
    return Errno("ftruncate", "lock");
  }
  const std::string text =
      "version=1\nshim_pid=" + std::to_string(pid) + "\nshim_start=" + std::to_string(start_time) + "\n";
  return WriteAll(lock_fd, text, "lock");
}

}  // namespace berth
