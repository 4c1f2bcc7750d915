// lockFile: flock(2) with a timeout, which the kernel's call does not have.
#include "base/lock.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "addon/arguments.h"
#include "addon/functions.h"
#include "addon/promise_thread.h"

namespace berth::addon {

namespace {

Outcome<int> LockFile(const std::string& path, bool exclusive, int64_t timeout_ms) {
  constexpr auto kLongestPause = std::chrono::milliseconds(50);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  for (auto pause = std::chrono::milliseconds(1);; pause = std::min(pause * 2, kLongestPause)) {
    auto lock = TryLockFile(path, exclusive);
    if (lock) {
      return lock->Release();
    }
    if (lock.error().errnum != EWOULDBLOCK || std::chrono::steady_clock::now() >= end) {
      return std::unexpected(Failure(lock.error()));
    }
    std::this_thread::sleep_for(pause);
  }
}

Napi::Value LockFileJs(const Napi::CallbackInfo& info) {
  const std::string path = Text(info[0]);
  const bool exclusive = info[1].As<Napi::Boolean>().Value();
  const int64_t timeout_ms = Integer(info[2]);
  return PromiseThread<int>::Start(
      info.Env(), [=] { return LockFile(path, exclusive, timeout_ms); },
      [](Napi::Env env, const int& fd) -> Napi::Value { return Napi::Number::New(env, fd); });
}

}  // namespace

void ExportLock(Napi::Object exports) { Export(exports, "lockFile", LockFileJs); }

}  // namespace berth::addon
