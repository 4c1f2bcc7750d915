// Runs a native function on a thread and settles a promise with what it gave.
#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "addon/failure.h"
#include "addon/thread_pool.h"

namespace berth::addon {

// The way back to the thread of JavaScript, one for each environment. It keeps the process while a call is under way.
class WayBack {
 public:
  static WayBack& Of(Napi::Env env) {
    auto* known = env.GetInstanceData<WayBack>();
    if (known == nullptr) {
      known = new WayBack(env);
      env.SetInstanceData(known);  // which deletes it with the environment
    }
    return *known;
  }

  explicit WayBack(Napi::Env env) : back_(Napi::ThreadSafeFunction::New(env, Napi::Function(), "berth", 0, 1)) {
    back_.Unref(env);
  }

  void Begin(Napi::Env env) {
    if (pending_++ == 0) {
      back_.Ref(env);
    }
  }
  void End(Napi::Env env) {
    if (--pending_ == 0) {
      back_.Unref(env);
    }
  }
  [[nodiscard]] Napi::ThreadSafeFunction function() const { return back_; }

 private:
  Napi::ThreadSafeFunction back_;
  int pending_ = 0;
};

template <typename T>
class PromiseThread {
 public:
  using Function = std::function<Outcome<T>()>;
  using Convert = std::function<Napi::Value(Napi::Env, const T&)>;

  // `run` touches no JavaScript; `convert` is called on the main thread. The process stays until the promise is settled.
  static Napi::Value Start(Napi::Env env, Function run, Convert convert) {
    WayBack& way = WayBack::Of(env);
    way.Begin(env);
    // Shared, since what a thread is given must be copyable.
    auto call = std::make_shared<PromiseThread>(env, std::move(run), std::move(convert));
    RunOnThread([call, back = way.function()] {
      call->outcome_ = call->run_();
      auto handed_over = std::make_unique<std::shared_ptr<PromiseThread>>(call);
      const napi_status status = back.BlockingCall(handed_over.get(), Settle);
      if (status == napi_ok) {
        (void)handed_over.release();
      }
    });
    return call->deferred_.Promise();
  }

  PromiseThread(Napi::Env env, Function run, Convert convert)
      : deferred_(env), run_(std::move(run)), convert_(std::move(convert)) {}

 private:
  static void Settle(Napi::Env env, Napi::Function, std::shared_ptr<PromiseThread>* handed_over) {
    const std::unique_ptr<std::shared_ptr<PromiseThread>> owned(handed_over);
    WayBack::Of(env).End(env);
    PromiseThread& call = **owned;
    if (*call.outcome_) {
      call.deferred_.Resolve(call.convert_(env, **call.outcome_));
    } else {
      call.deferred_.Reject(ToJsError(env, call.outcome_->error()));
    }
  }

  Napi::Promise::Deferred deferred_;
  Function run_;
  Convert convert_;
  std::optional<Outcome<T>> outcome_;
};

}  // namespace berth::addon
