#include "addon/failure.h"

#include <cctype>
#include <cstring>

namespace berth::addon {

namespace {

std::string Reason(int errnum) {
  const char* const text = ::strerrordesc_np(errnum);
  std::string reason = text == nullptr ? "unknown error" : text;
  reason[0] = static_cast<char>(::tolower(static_cast<unsigned char>(reason[0])));
  return reason;
}

// "mount overlay: mount /x: no space left on device"
std::string Message(const Failure& failure) {
  std::string message = failure.step.empty() ? "" : failure.step + ": ";
  if (!failure.call.empty() && failure.errnum != 0) {
    message += failure.call + " ";
  }
  message += failure.what;
  if (failure.errnum != 0) {
    message += ": " + Reason(failure.errnum);
  }
  return message;
}

}  // namespace

Napi::Value ToJsError(Napi::Env env, const Failure& failure) {
  const char* const name = failure.errnum == 0 ? nullptr : ::strerrorname_np(failure.errnum);
  const Napi::Object object = Napi::Error::New(env, Message(failure)).Value();
  object.Set("code", name == nullptr ? "EBERTH" : name);
  object.Set("errno", -failure.errnum);
  object.Set("syscall", failure.call);
  object.Set("path", failure.what);
  object.Set("step", failure.step);
  return object;
}

void Throw(Napi::Env env, const Failure& failure) { throw Napi::Error(env, ToJsError(env, failure)); }

}  // namespace berth::addon
