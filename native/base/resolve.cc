#include "base/resolve.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace berth {

namespace {

// Once the kernel, or a seccomp filter around us, has refused the call as such, it is not asked again.
std::atomic<bool> is_refused = false;

int Openat2(int root_fd, const char* path, int flags, uint64_t restrictions) {
  const open_how how{.flags = static_cast<uint64_t>(flags | O_CLOEXEC),
                     .mode = 0,
                     .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | restrictions};
  int fd = -1;
  do {
    // EAGAIN: something was renamed while the kernel walked over "..".
    fd = static_cast<int>(::syscall(SYS_openat2, root_fd, path, &how, sizeof how));
  } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
  return fd;
}

// EPERM may be said of the file, too: then the root itself can be opened.
bool IsRefused(int root_fd, int errnum) {
  if (errnum == EPERM) {
    const UniqueFd probe(Openat2(root_fd, ".", O_PATH, 0));
    is_refused = !probe.valid() && errno == EPERM;
  } else if (errnum == ENOSYS) {
    is_refused = true;
  }
  return is_refused;
}

}  // namespace

Result<UniqueFd> OpenBeneath(int root_fd, const std::string& path, int flags, uint64_t restrictions) {
  if (path.find('\0') != std::string::npos) {
    return Fail(EINVAL, "openat2", path.substr(0, path.find('\0')) + ": has a NUL");
  }
  if (is_refused) {
    return WalkBeneath(root_fd, path, flags, restrictions);
  }
  UniqueFd fd(Openat2(root_fd, path.c_str(), flags, restrictions));
  if (fd.valid()) {
    return fd;
  }
  const int errnum = errno;
  return IsRefused(root_fd, errnum) ? WalkBeneath(root_fd, path, flags, restrictions)
                                    : Result<UniqueFd>(Fail(errnum, "openat2", path));
}

}  // namespace berth
