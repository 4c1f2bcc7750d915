// The control socket (protocol.h): who may ask, one request per connection, one reply.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "shim/event_loop.h"
#include "shim/protocol.h"
#include "shim/worker.h"

namespace berth {

// Checks a received record: its length, version and kind. An error has errnum EPROTO.
Result<ControlRequest> ParseControlRequest(std::string_view record);

// An accepted request's way back. Its client may have gone meanwhile; that is nobody's error.
class ControlCall {
 public:
  ControlCall(UniqueFd socket, const ControlRequest& request) : socket_(std::move(socket)), request_(request) {}

  [[nodiscard]] const ControlRequest& request() const { return request_; }
  // `descriptor` is passed along unless it is -1.
  void Succeed(std::string_view status_text, int descriptor = -1) const;
  void Fail(const SyncMessage& failure, std::string_view status_text) const;
  void Fail(const char* step, const Error& error, std::string_view status_text) const;

 private:
  UniqueFd socket_;
  ControlRequest request_;
};

class ControlServer {
 public:
  using OnCall = std::function<void(ControlCall)>;

  ControlServer(EventLoop& loop, OnCall on_call) : loop_(loop), on_call_(std::move(on_call)) {}

  // Binds `control` in the run directory, in the place of one that an earlier shim left. The caller holds the lock.
  Status Listen(int run_fd);
  // Unlinks and closes it: who connects from now on finds no shim.
  void Close();
  // Forgets connections that were answered or refused. To be called after each event.
  void Settle();

 private:
  struct Connection {
    UniqueFd socket;
    std::unique_ptr<Watch> watch;
  };

  void Accept();
  void Receive(Connection& connection);

  EventLoop& loop_;
  OnCall on_call_;
  int run_fd_ = -1;
  UniqueFd listener_;
  std::unique_ptr<Watch> watch_;
  std::list<Connection> connections_;
};

}  // namespace berth
