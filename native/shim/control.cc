#include "shim/control.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "shim/descriptors.h"

namespace berth {

namespace {

constexpr const char* kSocketName = "control";
constexpr int kBacklog = 64;
constexpr size_t kConnectionsKept = 64;

std::string_view Bytes(const ControlReply& reply) { return {reinterpret_cast<const char*>(&reply), sizeof reply}; }

bool IsOwnUser(int socket) {
  ucred peer{};
  socklen_t length = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == ::geteuid();
}

}  // namespace

Result<ControlRequest> ParseControlRequest(std::string_view record) {
  ControlRequest request;
  if (record.size() != sizeof request) {
    return berth::Fail(EPROTO, "control", "record of " + std::to_string(record.size()) + " bytes");
  }
  std::memcpy(&request, record.data(), sizeof request);
  if (request.version != kProtocolVersion) {
    return berth::Fail(EPROTO, "control", "version " + std::to_string(request.version));
  }
  if (request.type < ControlType::kStatus || request.type > ControlType::kAttach) {
    return berth::Fail(EPROTO, "control", "request " + std::to_string(static_cast<int>(request.type)));
  }
  return request;
}

void ControlCall::Succeed(std::string_view status_text, int descriptor) const {
  const std::string_view text = status_text.substr(0, kStatusLimit);
  ControlReply reply;
  reply.status_length = static_cast<uint32_t>(text.size());
  (void)SendRecord(socket_.get(), Bytes(reply), text, descriptor);
}

void ControlCall::Fail(const SyncMessage& failure, std::string_view status_text) const {
  const std::string_view text = status_text.substr(0, kStatusLimit);
  ControlReply reply;
  reply.failed = 1;
  reply.errnum = failure.errnum;
  static_assert(sizeof reply.step == sizeof failure.step && sizeof reply.call == sizeof failure.call &&
                sizeof reply.what == sizeof failure.what);
  std::memcpy(reply.step, failure.step, sizeof reply.step);
  std::memcpy(reply.call, failure.call, sizeof reply.call);
  std::memcpy(reply.what, failure.what, sizeof reply.what);
  reply.status_length = static_cast<uint32_t>(text.size());
  (void)SendRecord(socket_.get(), Bytes(reply), text, -1);
}

void ControlCall::Fail(const char* step, const Error& error, std::string_view status_text) const {
  Fail(FailedMessage(step, error), status_text);
}

Status ControlServer::Listen(int run_fd) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.valid()) {
    return Errno("socket", kSocketName);
  }
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // By descriptor, since sun_path is shorter than the path of a run directory may be.
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", run_fd, kSocketName);
  ::unlinkat(run_fd, kSocketName, 0);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Errno("bind", kSocketName);
  }
  if (::listen(socket.get(), kBacklog) != 0) {
    return Errno("listen", kSocketName);
  }
  run_fd_ = run_fd;
  listener_ = std::move(socket);
  watch_ = std::make_unique<Watch>(loop_, listener_.get(), EPOLLIN, [this](uint32_t) { Accept(); });
  return {};
}

void ControlServer::Close() {
  if (!listener_.valid()) {
    return;
  }
  ::unlinkat(run_fd_, kSocketName, 0);
  watch_.reset();
  listener_.Reset();
  connections_.clear();
}

void ControlServer::Settle() {
  std::erase_if(connections_, [](const Connection& connection) { return !connection.socket.valid(); });
}

void ControlServer::Accept() {
  UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket.valid() || !IsOwnUser(socket.get()) || connections_.size() >= kConnectionsKept) {
    return;
  }
  Connection& connection = connections_.emplace_back();
  connection.socket = std::move(socket);
  connection.watch = std::make_unique<Watch>(loop_, connection.socket.get(), EPOLLIN,
                                             [this, &connection](uint32_t) { Receive(connection); });
}

void ControlServer::Receive(Connection& connection) {
  char record[sizeof(ControlRequest) + 1];  // one more, so that a longer record shows
  const ssize_t got = ::recv(connection.socket.get(), record, sizeof record, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  connection.watch.reset();
  UniqueFd socket = std::move(connection.socket);
  if (got <= 0) {
    return;
  }
  auto request = ParseControlRequest({record, static_cast<size_t>(got)});
  if (!request) {
    ControlCall(std::move(socket), {}).Fail("control", request.error(), {});
    return;
  }
  on_call_(ControlCall(std::move(socket), *request));
}

}  // namespace berth
