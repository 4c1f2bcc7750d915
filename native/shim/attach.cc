#include "shim/attach.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/clock.h"

namespace berth {

namespace {

constexpr size_t kHighWater = 256U << 10U;
constexpr size_t kLowWater = 128U << 10U;
constexpr int64_t kPatienceMs = 1000;

}  // namespace

AttachClient::AttachClient(EventLoop& loop, UniqueFd stream, uint32_t flags, FrameSink& sink)
    : loop_(loop), stream_(std::move(stream)), flags_(flags), sink_(sink) {
  ::fcntl(stream_.get(), F_SETFL, O_NONBLOCK);
  watch_ = std::make_unique<Watch>(loop_, stream_.get(), EPOLLIN, [this](uint32_t events) { OnEvent(events); });
}

void AttachClient::Send(FrameType type, std::string_view payload) {
  while (!closed()) {
    const std::string_view piece = payload.substr(0, kFrameLimit);
    const FrameHeader header = EncodeFrameHeader(type, piece.size());
    if (!queue_.Send(stream_.get(), {header.data(), header.size()}, piece)) {
      Close();
      return;
    }
    SetEvents();
    payload.remove_prefix(piece.size());
    if (payload.empty()) {
      return;
    }
  }
}

void AttachClient::PauseInput(bool paused) {
  input_paused_ = paused;
  SetEvents();
}

void AttachClient::Close() {
  watch_.reset();
  stream_.Reset();
}

void AttachClient::Flush() {
  if (!closed() && !queue_.Flush(stream_.get())) {
    Close();
  }
  SetEvents();
}

void AttachClient::OnEvent(uint32_t events) {
  if ((events & EPOLLOUT) != 0) {
    Flush();
  }
  if (!closed() && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
    Read();
  }
}

void AttachClient::Read() {
  char buffer[4096];
  const ssize_t got = ::read(stream_.get(), buffer, sizeof buffer);
  if (got > 0) {
    if (Wants(kAttachStdin) && !decoder_.Feed({buffer, static_cast<size_t>(got)}, sink_)) {
      Close();
    }
    return;
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
    return;
  }
  Close();
}

void AttachClient::SetEvents() {
  if (watch_) {
    watch_->Set((input_paused_ ? 0U : static_cast<uint32_t>(EPOLLIN)) |
                (queue_.empty() ? 0U : static_cast<uint32_t>(EPOLLOUT)));
  }
}

AttachClients::AttachClients(EventLoop& loop, FrameSink& sink, bool patient, std::function<void()> on_relief)
    : loop_(loop), sink_(sink), on_relief_(std::move(on_relief)), patient_(patient), patience_(loop, [this] {
        DropSlow();
      }) {}

void AttachClients::Add(UniqueFd stream, uint32_t flags) {
  clients_.emplace_back(loop_, std::move(stream), flags, sink_).PauseInput(input_paused_);
}

void AttachClients::Send(uint32_t flag, FrameType type, std::string_view payload) {
  for (AttachClient& client : clients_) {
    if (!client.Wants(flag)) {
      continue;
    }
    client.Send(type, payload);
    if (client.backlog() > kHighWater && !congested_) {
      congested_ = true;
      if (!patient_) {
        patience_.Start(kPatienceMs);
      }
    }
  }
}

void AttachClients::PauseInput(bool paused) {
  input_paused_ = paused;
  for (AttachClient& client : clients_) {
    client.PauseInput(paused);
  }
}

void AttachClients::Settle() {
  std::erase_if(clients_, [](const AttachClient& client) { return client.closed(); });
  if (congested_ &&
      std::ranges::none_of(clients_, [](const AttachClient& client) { return client.backlog() > kLowWater; })) {
    Relieve();
  }
}

void AttachClients::Relieve() {
  congested_ = false;
  patience_.Stop();
  on_relief_();
}

void AttachClients::DropSlow() {
  for (AttachClient& client : clients_) {
    if (client.backlog() > kLowWater) {
      client.Close();
    }
  }
  Settle();
}

void AttachClients::FlushAndClose(int timeout_ms) {
  const int64_t deadline = MonotonicMs() + timeout_ms;
  for (AttachClient& client : clients_) {
    while (!client.closed() && client.backlog() > 0) {
      pollfd waiting{client.fd(), POLLOUT, 0};
      if (::poll(&waiting, 1, static_cast<int>(std::max<int64_t>(deadline - MonotonicMs(), 0))) <= 0) {
        break;
      }
      client.Flush();
    }
  }
  clients_.clear();
}

}  // namespace berth
