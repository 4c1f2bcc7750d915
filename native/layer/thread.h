// A thread that can fail to start with an error instead of an exception, and is joined at the end of its scope.
#pragma once

#include <pthread.h>

#include <functional>

#include "base/result.h"

namespace berth::layer {

class Thread {
 public:
  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() { Join(); }

  // EAGAIN where a pids limit is reached. The function must outlive nothing but the thread: it is moved in.
  Status Start(std::function<void()> function);
  void Join();

 private:
  std::function<void()> function_;
  pthread_t thread_ = 0;
  bool running_ = false;
};

}  // namespace berth::layer
