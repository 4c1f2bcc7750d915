// Runs a native function on a thread of its own and settles a promise with what it gave.
//
// Not on the pool of libuv: its four threads are soon taken by calls that wait for a container to stop, and then file
// system calls of Node would wait, too.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "addon/failure.h"

namespace berth::addon {

template <typename T>
class PromiseThread {
 public:
  using Function = std::function<Outcome<T>()>;
  using Convert = std::function<Napi::Value(Napi::Env, const T&)>;

  // `run` touches no JavaScript; `convert` is called on the main thread. The process stays until the promise is settled.
  static Napi::Value Start(Napi::Env env, Function run, Convert convert) {
    auto call = std::make_unique<PromiseThread>(env, std::move(run), std::move(convert));
    const Napi::Promise promise = call->deferred_.Promise();
    call->back_ = Napi::ThreadSafeFunction::New(env, Napi::Function(), "berth", 0, 1);
    std::thread([owned = std::move(call)]() mutable { Work(std::move(owned)); }).detach();
    return promise;
  }

  PromiseThread(Napi::Env env, Function run, Convert convert)
      : deferred_(env), run_(std::move(run)), convert_(std::move(convert)) {}

 private:
  static void Work(std::unique_ptr<PromiseThread> call) {
    call->outcome_ = call->run_();
    Napi::ThreadSafeFunction back = call->back_;
    back.BlockingCall(call.release(), [](Napi::Env env, Napi::Function, PromiseThread* done) {
      const std::unique_ptr<PromiseThread> owned(done);
      owned->Settle(env);
    });
    back.Release();
  }

  void Settle(Napi::Env env) {
    if (*outcome_) {
      deferred_.Resolve(convert_(env, **outcome_));
    } else {
      deferred_.Reject(ToJsError(env, outcome_->error()));
    }
  }

  Napi::Promise::Deferred deferred_;
  Function run_;
  Convert convert_;
  std::optional<Outcome<T>> outcome_;
  Napi::ThreadSafeFunction back_;
};

}  // namespace berth::addon
