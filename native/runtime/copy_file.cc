#include "runtime/copy_file.h"

#include <sys/sendfile.h>
#include <unistd.h>

namespace berth {

namespace {

bool CopyRangeIsUnsupported(int errnum) {
  return errnum == EXDEV || errnum == EINVAL || errnum == EOPNOTSUPP || errnum == ENOSYS || errnum == EBADF;
}

// One piece within the kernel: shared blocks where the filesystem can, else through the page cache.
ssize_t CopyPiece(int source_fd, off_t& at, int target_fd, size_t length) {
  off_t target_at = at;
  const ssize_t copied = ::copy_file_range(source_fd, &at, target_fd, &target_at, length, 0);
  if (copied >= 0 || !CopyRangeIsUnsupported(errno)) {
    return copied;
  }
  if (::lseek(target_fd, at, SEEK_SET) < 0) {
    return -1;
  }
  return ::sendfile(target_fd, source_fd, &at, length);
}

Status CopyExtent(int source_fd, int target_fd, off_t at, off_t end) {
  while (at < end) {
    const ssize_t copied = CopyPiece(source_fd, at, target_fd, static_cast<size_t>(end - at));
    if (copied < 0) {
      return Errno("copy_file_range", "file");
    }
    if (copied == 0) {
      return Fail(EIO, "copy_file_range", "file became shorter");
    }
  }
  return {};
}

}  // namespace

Status CopyData(int source_fd, int target_fd, off_t size) {
  if (::ftruncate(target_fd, size) != 0) {
    return Errno("ftruncate", "file");
  }
  off_t end = 0;
  while (end < size) {
    off_t begin = ::lseek(source_fd, end, SEEK_DATA);
    if (begin < 0 && errno == ENXIO) {
      return {};  // a hole to the end
    }
    if (begin < 0) {
      begin = end;  // no support for holes: all is data
    }
    const off_t hole = ::lseek(source_fd, begin, SEEK_HOLE);
    end = hole < 0 ? size : hole;
    BERTH_TRY(CopyExtent(source_fd, target_fd, begin, end));
  }
  return {};
}

}  // namespace berth
