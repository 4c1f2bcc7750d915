#include "seccomp/listener.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "base/json_text.h"
#include "base/local_socket.h"

namespace berth {

std::string ContainerProcessState(const ContainerProcess& process) {
  return "{\"ociVersion\":" + JsonQuoted(process.state.oci_version) +
         ",\"fds\":[\"seccompFd\"],\"pid\":" + std::to_string(process.pid) +
         ",\"metadata\":" + JsonQuoted(process.metadata) + ",\"state\":" + ContainerStateJson(process.state) + "}";
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
  return SendWithDescriptors(socket_fd, text, {&listener_fd, 1}, 0);
}

}  // namespace berth
