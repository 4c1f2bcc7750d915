// The terminal that this process was called from, joined with the one of a container's process.
#pragma once

#include <poll.h>
#include <termios.h>

#include <array>
#include <optional>
#include <string>

#include "base/unique_fd.h"

namespace berth {

// Puts our terminal into raw mode for as long as it lives, so that every key goes to the other one. Where standard input
// is no terminal its bytes are passed on as they are.
class TerminalRelay {
 public:
  // An invalid descriptor: nothing is relayed.
  explicit TerminalRelay(UniqueFd master);
  TerminalRelay(const TerminalRelay&) = delete;
  TerminalRelay& operator=(const TerminalRelay&) = delete;
  ~TerminalRelay();

  // Gives the process's terminal the size of ours.
  void Resize();

  // What to wait for: standard input, and the master. Descriptors that are not to be waited for are -1.
  [[nodiscard]] std::array<pollfd, 2> Polled() const;
  void Handle(const std::array<pollfd, 2>& polled);

  // Prints what is still in the process's terminal.
  void Drain();

 private:
  void ReadInput();
  void WriteInput();
  bool ReadOutput();  // false: there is nothing for now

  UniqueFd master_;
  std::optional<termios> saved_;
  std::string input_;  // read, not yet taken by the other terminal
  bool input_ended_ = false;
  bool hung_up_ = false;
};

}  // namespace berth
