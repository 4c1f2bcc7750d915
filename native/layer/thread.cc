#include "layer/thread.h"

namespace berth::layer {

Status Thread::Start(std::function<void()> function) {
  function_ = std::move(function);
  const auto run = [](void* self) -> void* {
    static_cast<Thread*>(self)->function_();
    return nullptr;
  };
  if (const int errnum = ::pthread_create(&thread_, nullptr, run, this); errnum != 0) {
    return Fail(errnum, "pthread_create", "layer thread");
  }
  running_ = true;
  return {};
}

void Thread::Join() {
  if (running_) {
    ::pthread_join(thread_, nullptr);
    running_ = false;
  }
}

}  // namespace berth::layer
