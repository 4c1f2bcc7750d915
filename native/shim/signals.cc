#include "shim/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace berth {

Status Signals::Watch(EventLoop& loop, Children& children, std::function<void()> on_terminate) {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  ::sigaddset(&wanted, SIGCHLD);
  ::sigaddset(&wanted, SIGTERM);
  fd_.Reset(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_.valid()) {
    return Errno("signalfd", "SIGCHLD, SIGTERM");
  }
  watch_ = std::make_unique<berth::Watch>(loop, fd_.get(), EPOLLIN,
                                          [this, &children, terminate = std::move(on_terminate)](uint32_t) {
                                            signalfd_siginfo info{};
                                            if (::read(fd_.get(), &info, sizeof info) != sizeof info) {
                                              return;
                                            }
                                            if (info.ssi_signo == SIGTERM) {
                                              terminate();
                                            } else {
                                              children.Reap();
                                            }
                                          });
  return {};
}

}  // namespace berth
