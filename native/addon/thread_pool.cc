#include "addon/thread_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace berth::addon {

namespace {

class ThreadPool {
 public:
  void Run(std::function<void()> work) {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push_back(std::move(work));
    AddThreadIfNeeded();
    more_.notify_one();
  }

 private:
  // One at a time, and the new one adds the next: a thread is not cheap to make, and the caller is Node's main thread.
  void AddThreadIfNeeded() {
    if (waiting_.size() > idle_ && !adding_) {
      adding_ = true;
      std::thread([this] { Serve(); }).detach();
    }
  }

  void Serve() {
    std::unique_lock<std::mutex> lock(mutex_);
    adding_ = false;
    ++idle_;
    AddThreadIfNeeded();
    for (;;) {
      more_.wait(lock, [this] { return !waiting_.empty(); });
      const std::function<void()> work = std::move(waiting_.front());
      waiting_.pop_front();
      --idle_;
      lock.unlock();
      work();
      lock.lock();
      ++idle_;
    }
  }

  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> waiting_;
  size_t idle_ = 0;
  bool adding_ = false;
};

}  // namespace

void RunOnThread(std::function<void()> work) {
  // Never destroyed: its threads wait on it until the process ends.
  static auto* const pool = new ThreadPool();
  pool->Run(std::move(work));
}

}  // namespace berth::addon
