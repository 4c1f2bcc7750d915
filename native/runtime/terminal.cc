#include "runtime/terminal.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/vfs.h>

#include <cstring>

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
  char byte = 0;
  iovec data{.iov_base = &byte, .iov_len = 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (::sendmsg(socket_fd, &message, MSG_NOSIGNAL) != 1) {
    return Errno("sendmsg", "terminal");
  }
  return {};
}

}  // namespace berth
