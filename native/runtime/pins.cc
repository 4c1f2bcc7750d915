#include "runtime/pins.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>

namespace berth {

namespace {

constexpr const char* kPins[] = {"ns/net", "ns/ipc", "ns/uts", "shm", "ns/user"};

bool IsMounted(int run_fd, const char* pin) {
  struct statx status{};
  return ::statx(run_fd, pin, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &status) == 0 &&
         (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

}  // namespace

unsigned MountedPins(int run_fd) {
  unsigned mounted = 0;
  for (unsigned i = 0; i < std::size(kPins); ++i) {
    mounted |= IsMounted(run_fd, kPins[i]) ? 1U << i : 0U;
  }
  return mounted;
}

Status UnmountPins(int run_fd, unsigned keep) {
  for (unsigned i = 0; i < std::size(kPins); ++i) {
    const std::string path = "/proc/self/fd/" + std::to_string(run_fd) + "/" + kPins[i];
    while ((keep & (1U << i)) == 0 && IsMounted(run_fd, kPins[i])) {
      if (::umount2(path.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0) {
        return Errno("umount2", kPins[i]);
      }
    }
  }
  return {};
}

}  // namespace berth
