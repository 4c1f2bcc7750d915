#include "addon/socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdio>
#include <utility>

#include "base/file.h"

namespace berth::addon {

namespace {

Status AwaitReadable(int socket, int timeout_ms) {
  pollfd waiting{socket, POLLIN, 0};
  int ready = -1;
  do {
    ready = ::poll(&waiting, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  if (ready < 0) {
    return Errno("poll", "berth-shim");
  }
  return ready == 0 ? Status(Fail(ETIMEDOUT, "poll", "berth-shim does not answer")) : Status();
}

}  // namespace

Result<UniqueFd> ConnectControl(const std::string& run_dir) {
  BERTH_ASSIGN(const UniqueFd directory, OpenAt(AT_FDCWD, run_dir, O_PATH | O_DIRECTORY));
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    return Errno("socket", "AF_UNIX");
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // By descriptor, since sun_path is shorter than the path of a run directory may be.
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/control", directory.get());
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Errno("connect", run_dir + "/control");
  }
  return socket;
}

Status SendRecord(int socket, std::string_view record) { return SendWithDescriptors(socket, record, {}, 0); }

Result<Record> ReceiveRecord(int socket, size_t limit, int timeout_ms) {
  BERTH_TRY(AwaitReadable(socket, timeout_ms));
  Record record;
  record.bytes.resize(limit);
  BERTH_ASSIGN(Received received, ReceiveWithDescriptor(socket, record.bytes.data(), limit, 0));
  record.bytes.resize(received.size);
  record.descriptor = std::move(received.descriptor);
  return record;
}

}  // namespace berth::addon
