// A small event loop: epoll for descriptors and signals, deadlines by CLOCK_MONOTONIC.
//
// One event is taken from the kernel at a time, so a callback may destroy any watch, its own included, without leaving
// a stale event behind.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

class Timer;

class EventLoop {
 public:
  static Result<EventLoop> Create();

  // Runs callbacks until Stop(). `settle` is called after each event.
  void Run(const std::function<void()>& settle);
  void Stop() { stopped_ = true; }

 private:
  friend class Watch;
  friend class Timer;

  explicit EventLoop(UniqueFd epoll) : epoll_(std::move(epoll)) {}
  void WaitForOne();
  void FireTimers();
  [[nodiscard]] int TimeoutMs() const;

  UniqueFd epoll_;
  std::vector<Timer*> timers_;
  bool stopped_ = false;
};

// Watches a borrowed descriptor while it lives. EPOLLHUP and EPOLLERR are reported always: who wants silence destroys it.
class Watch {
 public:
  using Callback = std::function<void(uint32_t events)>;

  Watch(EventLoop& loop, int fd, uint32_t events, Callback callback);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch();

  void Set(uint32_t events);

 private:
  friend class EventLoop;

  EventLoop& loop_;
  int fd_;
  uint32_t events_;
  Callback callback_;
};

// Calls back once, a while after Start(). Starting again moves the deadline.
class Timer {
 public:
  using Callback = std::function<void()>;

  Timer(EventLoop& loop, Callback callback);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer();

  void Start(int64_t delay_ms);
  void Stop() { deadline_ms_ = kNever; }
  [[nodiscard]] bool running() const { return deadline_ms_ != kNever; }

 private:
  friend class EventLoop;
  static constexpr int64_t kNever = -1;

  EventLoop& loop_;
  int64_t deadline_ms_ = kNever;
  Callback callback_;
};

}  // namespace berth
