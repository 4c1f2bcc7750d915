// Runs a native function on a worker thread and settles a promise with what it gave.
#pragma once

#include <napi.h>

#include <expected>
#include <functional>
#include <utility>

#include "base/result.h"

namespace berth::layer_addon {

// An Error of Node's own shape: code, errno, syscall, path.
Napi::Value ToJsError(Napi::Env env, const Error& error);

template <typename T>
class PromiseWorker final : public Napi::AsyncWorker {
 public:
  using Function = std::function<Result<T>()>;
  using Convert = std::function<Napi::Value(Napi::Env, const T&)>;

  // `run` touches no JavaScript; `convert` is called on the main thread.
  static Napi::Value Queue(Napi::Env env, Function run, Convert convert) {
    // AsyncWorker deletes itself once it is settled.
    auto* worker = new PromiseWorker(env, std::move(run), std::move(convert));
    const Napi::Promise promise = worker->deferred_.Promise();
    worker->AsyncWorker::Queue();
    return promise;
  }

 private:
  PromiseWorker(Napi::Env env, Function run, Convert convert)
      : Napi::AsyncWorker(env), deferred_(env), run_(std::move(run)), convert_(std::move(convert)) {}

  void Execute() override { result_ = run_(); }

  void OnOK() override {
    if (result_) {
      deferred_.Resolve(convert_(Env(), *result_));
    } else {
      deferred_.Reject(ToJsError(Env(), result_.error()));
    }
  }

  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

  Napi::Promise::Deferred deferred_;
  Function run_;
  Convert convert_;
  Result<T> result_ = std::unexpected(Error{});
};

}  // namespace berth::layer_addon
