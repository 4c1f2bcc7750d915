#include "addon/failure.h"

#include "addon/node_error.h"

namespace berth::addon {

namespace {

// "mount overlay: mount /x: no space left on device"
std::string Message(const Failure& failure) {
  std::string message = failure.step.empty() ? "" : failure.step + ": ";
  if (!failure.call.empty() && failure.errnum != 0) {
    message += failure.call + " ";
  }
  message += failure.what;
  if (failure.errnum != 0) {
    message += ": " + ErrnoText(failure.errnum);
  }
  return message;
}

}  // namespace

Napi::Value ToJsError(Napi::Env env, const Failure& failure) {
  return NodeError(env, Message(failure), {failure.errnum, failure.call, failure.what, failure.step});
}

void Throw(Napi::Env env, const Failure& failure) { throw Napi::Error(env, ToJsError(env, failure)); }

}  // namespace berth::addon
