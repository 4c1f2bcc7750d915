#include "base/local_socket.h"

#include <sys/uio.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace berth {

namespace {

// Room for the descriptors of one message, unix(7).
union DescriptorsBuffer {
  cmsghdr header;
  char space[CMSG_SPACE(kMostDescriptors * sizeof(int))];
};

std::vector<UniqueFd> PassedDescriptors(msghdr* message) {
  const cmsghdr* const header = CMSG_FIRSTHDR(message);
  if (header == nullptr || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
    return {};
  }
  std::vector<UniqueFd> descriptors;
  for (size_t at = CMSG_LEN(0); at < header->cmsg_len; at += sizeof(int)) {
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(header) + (at - CMSG_LEN(0)), sizeof descriptor);
    descriptors.emplace_back(descriptor);
  }
  return descriptors;
}

}  // namespace

Result<SocketPair> MakeSocketPair(int type) {
  int ends[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0) {
    return Errno("socketpair", "AF_UNIX");
  }
  return SocketPair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Status SendWithDescriptors(int socket, std::string_view record, std::span<const int> descriptors, int flags) {
  iovec part{const_cast<char*>(record.data()), record.size()};
  DescriptorsBuffer control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  ssize_t put = -1;
  do {
    put = ::sendmsg(socket, &message, MSG_NOSIGNAL | flags);
  } while (put < 0 && errno == EINTR);
  if (put < 0) {
    return Errno("sendmsg", "AF_UNIX");
  }
  return static_cast<size_t>(put) == record.size() ? Status() : Status(Fail(EMSGSIZE, "sendmsg", "AF_UNIX"));
}

Result<ReceivedRecord> ReceiveWithDescriptors(int socket, void* buffer, size_t size, int flags) {
  iovec part{buffer, size};
  DescriptorsBuffer control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof control;
  ssize_t got = -1;
  do {
    got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | flags);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    return Errno("recvmsg", "AF_UNIX");
  }
  return ReceivedRecord{static_cast<size_t>(got), PassedDescriptors(&message)};
}

Result<Received> ReceiveWithDescriptor(int socket, void* buffer, size_t size, int flags) {
  BERTH_ASSIGN(ReceivedRecord record, ReceiveWithDescriptors(socket, buffer, size, flags));
  if (record.descriptors.size() != 1) {
    return Received{record.size, UniqueFd()};
  }
  return Received{record.size, std::move(record.descriptors.front())};
}

}  // namespace berth
