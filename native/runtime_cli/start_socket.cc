#include "runtime_cli/start_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "base/file.h"
#include "runtime/in_root.h"
#include "runtime_cli/create.h"

namespace berth {

namespace {

using SocketCall = int (*)(int, const sockaddr*, socklen_t);

// By way of its directory's descriptor: an address holds 107 bytes, a path may be longer.
Result<UniqueFd> AtPath(int dir_fd, const std::string& name, int type, SocketCall call, const char* call_name) {
  UniqueFd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    return Errno("socket", name);
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = FdPath(dir_fd) + "/" + name;
  if (path.size() >= sizeof address.sun_path) {
    return Fail(ENAMETOOLONG, call_name, name);
  }
  std::memcpy(address.sun_path, path.c_str(), path.size());
  if (call(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Errno(call_name, name);
  }
  return socket;
}

}  // namespace

Result<UniqueFd> ListenForStart(const StateDir& dir) {
  BERTH_ASSIGN(UniqueFd socket, AtPath(dir.fd.get(), kStartSocket, SOCK_SEQPACKET, ::bind, "bind"));
  if (::listen(socket.get(), 1) != 0) {
    return Errno("listen", kStartSocket);
  }
  return socket;
}

Result<UniqueFd> ConnectToInit(const StateDir& dir) {
  return AtPath(dir.fd.get(), kStartSocket, SOCK_SEQPACKET, ::connect, "connect");
}

Result<UniqueFd> ConnectToConsole(const std::string& path) {
  const std::string parent = ParentPath(path);
  const std::string from = !parent.empty() ? parent : path.starts_with('/') ? "/" : ".";
  BERTH_ASSIGN(const UniqueFd dir, OpenAt(AT_FDCWD, from, O_PATH | O_DIRECTORY));
  return AtPath(dir.get(), BaseName(path), SOCK_STREAM, ::connect, "connect");
}

}  // namespace berth
