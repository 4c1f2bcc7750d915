// How a call of the addon failed: the native Error, and the step of container set-up where it was in one.
#pragma once

#include <napi.h>

#include <expected>
#include <string>

#include "base/result.h"
#include "runtime/sync.h"

namespace berth::addon {

struct Failure {
  int errnum = 0;  // 0: the kernel did not refuse
  std::string call;
  std::string what;
  std::string step;

  // So that the macros of base/result.h pass an Error on.
  Failure(const Error& error)  // NOLINT(google-explicit-constructor)
      : errnum(error.errnum), call(error.call), what(error.what) {}
  Failure(const Error& error, std::string failed_step) : Failure(error) { step = std::move(failed_step); }
  // What another process told, in a SyncMessage of type kFailed or a failed ControlReply.
  template <typename Record>
  static Failure FromRecord(const Record& record) {
    Failure failure(Error{record.errnum, "", record.what});
    failure.call = record.call;
    failure.step = record.step;
    return failure;
  }
};

template <typename T>
using Outcome = std::expected<T, Failure>;

// The result of a call that gives none.
struct Nothing {};

// An Error of Node's own shape: code, errno, syscall, path; and step.
Napi::Value ToJsError(Napi::Env env, const Failure& failure);

// For functions that answer at once.
[[noreturn]] void Throw(Napi::Env env, const Failure& failure);

}  // namespace berth::addon
