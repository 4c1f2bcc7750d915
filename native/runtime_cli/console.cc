#include "runtime_cli/console.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/local_socket.h"
#include "runtime_cli/start_socket.h"

namespace berth {

namespace {

void TakeOwnSize(Process& process) {
  if (winsize size{}; ::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
    process.console_height = size.ws_row;
    process.console_width = size.ws_col;
  }
}

}  // namespace

Result<Console> OpenConsole(const Arguments& arguments, Process& process, bool relays) {
  const std::string path = arguments.Get("console-socket");
  if (!process.terminal && !path.empty()) {
    return Fail(0, "", "--console-socket: the process has no terminal");
  }
  Console console;
  if (!process.terminal) {
    return console;
  }
  if (!path.empty()) {
    BERTH_ASSIGN(console.theirs, ConnectToConsole(path));
  } else if (relays) {
    BERTH_ASSIGN(SocketPair pair, MakeSocketPair(SOCK_STREAM));
    console.theirs = std::move(pair.theirs);
    console.ours = std::move(pair.ours);
    TakeOwnSize(process);
  } else {
    return Fail(0, "", "--console-socket: is missing, the process has a terminal and nobody stays to relay it");
  }
  return console;
}

Result<UniqueFd> ReceiveMaster(Console& console) {
  console.theirs.Reset();
  if (!console.ours.valid()) {
    return UniqueFd();
  }
  char byte = 0;
  BERTH_ASSIGN(Received received, ReceiveWithDescriptor(console.ours.get(), &byte, sizeof byte, 0));
  if (!received.descriptor.valid()) {
    return Fail(ECONNRESET, "recv", "terminal");
  }
  return std::move(received.descriptor);
}

}  // namespace berth
