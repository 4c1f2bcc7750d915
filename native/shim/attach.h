// Clients of the attach stream. A container is never held up by them for long: one whose backlog does not shrink
// within a second is let go. A process of `exec` has one client only and waits for it.
#pragma once

#include <list>
#include <memory>
#include <string_view>

#include "base/unique_fd.h"
#include "shim/event_loop.h"
#include "shim/frames.h"
#include "shim/send_queue.h"

namespace berth {

class AttachClient {
 public:
  AttachClient(EventLoop& loop, UniqueFd stream, uint32_t flags, FrameSink& sink);

  void Send(FrameType type, std::string_view payload);
  // While paused nothing is read from it: the container does not take its input.
  void PauseInput(bool paused);
  void Close();

  [[nodiscard]] bool Wants(uint32_t flag) const { return (flags_ & flag) != 0; }
  [[nodiscard]] bool closed() const { return !stream_.valid(); }
  [[nodiscard]] size_t backlog() const { return queue_.size(); }
  [[nodiscard]] int fd() const { return stream_.get(); }
  void Flush();

 private:
  void OnEvent(uint32_t events);
  void Read();
  void SetEvents();

  EventLoop& loop_;
  UniqueFd stream_;
  uint32_t flags_;
  FrameSink& sink_;
  FrameDecoder decoder_;
  SendQueue queue_;
  bool input_paused_ = false;
  std::unique_ptr<Watch> watch_;
};

class AttachClients {
 public:
  // `sink` takes what clients send. `on_relief` is called when output may be read again after congested() was true.
  // `patient`: a slow client is waited for without end.
  AttachClients(EventLoop& loop, FrameSink& sink, bool patient, std::function<void()> on_relief);

  // Flags are kAttachStdin and its fellows.
  void Add(UniqueFd stream, uint32_t flags);
  void Send(uint32_t flag, FrameType type, std::string_view payload);
  void PauseInput(bool paused);

  // True while a client has too much waiting: the container's output should not be read.
  [[nodiscard]] bool congested() const { return congested_; }
  [[nodiscard]] bool empty() const { return clients_.empty(); }

  // Removes closed clients and notices relief. To be called after each event.
  void Settle();

  // Gives the clients a last chance to take what waits for them, then closes them.
  void FlushAndClose(int timeout_ms);

 private:
  void Relieve();
  void DropSlow();

  EventLoop& loop_;
  FrameSink& sink_;
  std::function<void()> on_relief_;
  std::list<AttachClient> clients_;
  bool input_paused_ = false;
  bool congested_ = false;
  bool patient_;
  Timer patience_;
};

}  // namespace berth
