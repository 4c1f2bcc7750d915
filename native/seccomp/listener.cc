#include "seccomp/listener.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "base/local_socket.h"
#include "oci/json_text.h"

namespace berth {

namespace {

constexpr const char* kVersion = "1.1.0";

}  // namespace

std::string ContainerProcessState(const ContainerProcess& process) {
  const std::string version = JsonQuoted(kVersion);
  return "{\"ociVersion\":" + version + ",\"fds\":[\"seccompFd\"],\"pid\":" + std::to_string(process.pid) +
         ",\"metadata\":" + JsonQuoted(process.metadata) + ",\"state\":{\"ociVersion\":" + version +
         ",\"id\":" + JsonQuoted(process.id) + ",\"status\":" + JsonQuoted(process.status) +
         ",\"pid\":" + std::to_string(process.init_pid) + ",\"bundle\":" + JsonQuoted(process.bundle) + "}}";
}

Result<UniqueFd> ConnectListener(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return Fail(ENAMETOOLONG, "connect", path);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    return Errno("socket", path);
  }
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Errno("connect", path);
  }
  return socket;
}

Status SendListener(int socket_fd, int listener_fd, const std::string& text) {
  DescriptorBuffer control{};
  iovec data{const_cast<char*>(text.data()), text.size()};  // only read
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof control;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &listener_fd, sizeof listener_fd);
  const ssize_t sent = ::sendmsg(socket_fd, &message, MSG_NOSIGNAL);
  if (sent < 0) {
    return Errno("sendmsg", "seccomp listener");
  }
  return sent == static_cast<ssize_t>(text.size()) ? Status() : Status(Fail(EMSGSIZE, "sendmsg", "seccomp listener"));
}

}  // namespace berth
