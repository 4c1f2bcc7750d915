#include "runtime/terminal.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#include "base/local_socket.h"
#include "runtime/in_root.h"

namespace berth {

namespace {

Status SetSize(int master_fd, const Process& process) {
  if (process.console_height == 0 && process.console_width == 0) {
    return {};
  }
  const winsize size{.ws_row = process.console_height, .ws_col = process.console_width, .ws_xpixel = 0, .ws_ypixel = 0};
  if (::ioctl(master_fd, TIOCSWINSZ, &size) != 0) {
    return Errno("ioctl", "TIOCSWINSZ");
  }
  return {};
}

}  // namespace

Result<Terminal> OpenTerminal(int root_fd, const Process& process) {
  Terminal terminal;
  BERTH_ASSIGN(terminal.master, OpenInRoot(root_fd, "/dev/pts/ptmx", O_RDWR | O_NOCTTY));
  struct statfs filesystem{};
  if (::fstatfs(terminal.master.get(), &filesystem) != 0 || filesystem.f_type != DEVPTS_SUPER_MAGIC) {
    return Fail(0, "fstatfs", "/dev/pts: is not a devpts");
  }
  const int unlocked = 0;
  if (::ioctl(terminal.master.get(), TIOCSPTLCK, &unlocked) != 0) {
    return Errno("ioctl", "TIOCSPTLCK");
  }
  terminal.slave.Reset(::ioctl(terminal.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.slave.valid()) {
    return Errno("ioctl", "TIOCGPTPEER");
  }
  BERTH_TRY(SetSize(terminal.master.get(), process));
  return terminal;
}

Status SendDescriptor(int socket_fd, int fd) {
  constexpr char kByte = 0;
  return SendWithDescriptors(socket_fd, {&kByte, 1}, {&fd, 1}, 0);
}

}  // namespace berth
