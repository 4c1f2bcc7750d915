#include "addon/shim_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

namespace berth::addon {

bool ShimAlive(const std::string& run_dir) {
  const auto fd = OpenAt(AT_FDCWD, run_dir + "/lock", O_RDWR | O_NOFOLLOW);
  if (!fd) {
    return false;
  }
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(fd->get(), F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

}  // namespace berth::addon
