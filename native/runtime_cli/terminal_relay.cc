#include "runtime_cli/terminal_relay.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"

namespace berth {

TerminalRelay::TerminalRelay(UniqueFd master) : master_(std::move(master)) {
  if (!master_.valid()) {
    return;
  }
  (void)::fcntl(master_.get(), F_SETFL, O_NONBLOCK);  // of our open file alone; the process has the slave
  Resize();
  if (termios settings{}; ::tcgetattr(STDIN_FILENO, &settings) == 0) {
    saved_ = settings;
    ::cfmakeraw(&settings);
    (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &settings);
  }
}

TerminalRelay::~TerminalRelay() {
  if (saved_) {
    (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &*saved_);
  }
}

void TerminalRelay::Resize() {
  if (winsize size{}; master_.valid() && ::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
    (void)::ioctl(master_.get(), TIOCSWINSZ, &size);
  }
}

std::array<pollfd, 2> TerminalRelay::Polled() const {
  const bool reads = master_.valid() && !input_ended_ && input_.empty();
  const auto writes = static_cast<short>(input_.empty() ? 0 : POLLOUT);
  return {pollfd{.fd = reads ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0},
          pollfd{.fd = hung_up_ ? -1 : master_.get(), .events = static_cast<short>(POLLIN | writes), .revents = 0}};
}

void TerminalRelay::Handle(const std::array<pollfd, 2>& polled) {
  if (polled[0].revents != 0) {
    ReadInput();
  }
  if ((polled[1].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
    (void)ReadOutput();
  }
  if (!input_.empty()) {
    WriteInput();
  }
}

void TerminalRelay::Drain() {
  while (master_.valid() && ReadOutput()) {
  }
}

void TerminalRelay::ReadInput() {
  char bytes[4096];
  const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
  if (got > 0) {
    input_.assign(bytes, static_cast<size_t>(got));
  } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
    input_ended_ = true;
  }
}

void TerminalRelay::WriteInput() {
  const ssize_t taken = ::write(master_.get(), input_.data(), input_.size());
  if (taken > 0) {
    input_.erase(0, static_cast<size_t>(taken));
  } else if (taken < 0 && errno != EINTR && errno != EAGAIN) {
    input_.clear();
  }
}

bool TerminalRelay::ReadOutput() {
  char bytes[4096];
  const ssize_t got = ::read(master_.get(), bytes, sizeof bytes);
  if (got > 0) {
    (void)WriteAll(STDOUT_FILENO, {bytes, static_cast<size_t>(got)}, "standard output");
    return true;
  }
  hung_up_ = got < 0 && errno == EIO;  // nobody has the slave open any more
  return false;
}

}  // namespace berth
