#include "shim/event_loop.h"

#include <algorithm>
#include <climits>

#include "base/clock.h"

namespace berth {

Result<EventLoop> EventLoop::Create() {
  UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.valid()) {
    return Errno("epoll_create1", "event loop");
  }
  return EventLoop(std::move(epoll));
}

void EventLoop::Run(const std::function<void()>& settle) {
  settle();
  while (!stopped_) {
    WaitForOne();
    FireTimers();
    settle();
  }
}

void EventLoop::WaitForOne() {
  epoll_event event{};
  if (::epoll_wait(epoll_.get(), &event, 1, TimeoutMs()) != 1) {
    return;
  }
  // A copy, since the callback may destroy the watch that owns the original.
  const Watch::Callback callback = static_cast<Watch*>(event.data.ptr)->callback_;
  callback(event.events);
}

int EventLoop::TimeoutMs() const {
  int64_t nearest = Timer::kNever;
  for (const Timer* timer : timers_) {
    if (timer->running() && (nearest == Timer::kNever || timer->deadline_ms_ < nearest)) {
      nearest = timer->deadline_ms_;
    }
  }
  if (nearest == Timer::kNever) {
    return -1;
  }
  return static_cast<int>(std::clamp<int64_t>(nearest - MonotonicMs(), 0, INT_MAX));
}

void EventLoop::FireTimers() {
  // By index: a callback may add timers.
  for (size_t i = 0; i < timers_.size(); ++i) {  // NOLINT(modernize-loop-convert)
    Timer* timer = timers_[i];
    if (timer->running() && timer->deadline_ms_ <= MonotonicMs()) {
      timer->Stop();
      timer->callback_();
    }
  }
}

Watch::Watch(EventLoop& loop, int fd, uint32_t events, Callback callback)
    : loop_(loop), fd_(fd), events_(events), callback_(std::move(callback)) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = this;
  ::epoll_ctl(loop_.epoll_.get(), EPOLL_CTL_ADD, fd_, &event);
}

Watch::~Watch() { ::epoll_ctl(loop_.epoll_.get(), EPOLL_CTL_DEL, fd_, nullptr); }

void Watch::Set(uint32_t events) {
  if (events == events_) {
    return;
  }
  events_ = events;
  epoll_event event{};
  event.events = events;
  event.data.ptr = this;
  ::epoll_ctl(loop_.epoll_.get(), EPOLL_CTL_MOD, fd_, &event);
}

Timer::Timer(EventLoop& loop, Callback callback) : loop_(loop), callback_(std::move(callback)) {
  loop_.timers_.push_back(this);
}

Timer::~Timer() { std::erase(loop_.timers_, this); }

void Timer::Start(int64_t delay_ms) { deadline_ms_ = MonotonicMs() + std::max<int64_t>(delay_ms, 0); }

}  // namespace berth
