#include "shim/descriptors.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstring>
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
  iovec parts[] = {{const_cast<char*>(head.data()), head.size()}, {const_cast<char*>(body.data()), body.size()}};
  DescriptorBuffer control{};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  if (descriptor >= 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  ssize_t put = -1;
  do {
    put = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (put < 0 && errno == EINTR);
  if (put < 0) {
    return Errno("sendmsg", "record");
  }
  return {};
}

UniqueFd ReceiveDescriptor(int socket) {
  char byte = 0;
  auto received = ReceiveWithDescriptor(socket, &byte, 1, MSG_DONTWAIT);
  return received ? std::move(received->descriptor) : UniqueFd();
}

}  // namespace berth
