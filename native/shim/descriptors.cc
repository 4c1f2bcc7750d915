#include "shim/descriptors.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <span>
#include <string>
#include <utility>

namespace berth {

Result<Pipe> MakePipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return Errno("pipe2", "standard streams");
  }
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Status SendRecord(int socket, std::string_view head, std::string_view body, int descriptor) {
  const std::span<const int> descriptors(&descriptor, descriptor >= 0 ? 1 : 0);
  return SendWithDescriptors(socket, std::string(head) + std::string(body), descriptors, MSG_DONTWAIT);
}

UniqueFd ReceiveDescriptor(int socket) {
  char byte = 0;
  auto received = ReceiveWithDescriptor(socket, &byte, 1, MSG_DONTWAIT);
  return received ? std::move(received->descriptor) : UniqueFd();
}

}  // namespace berth
