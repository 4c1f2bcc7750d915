#include "layer_addon/promise_worker.h"

#include <cstring>

namespace berth::layer_addon {

namespace {

std::string Message(const Error& error) {
  if (error.errnum == 0) {
    return error.what;
  }
  std::string reason = ::strerrordesc_np(error.errnum) == nullptr ? "unknown error" : ::strerrordesc_np(error.errnum);
  reason[0] = static_cast<char>(::tolower(static_cast<unsigned char>(reason[0])));
  return std::string(error.call) + " " + error.what + ": " + reason;
}

}  // namespace

Napi::Value ToJsError(Napi::Env env, const Error& error) {
  const char* name = error.errnum == 0 ? nullptr : ::strerrorname_np(error.errnum);
  const Napi::Object object = Napi::Error::New(env, Message(error)).Value();
  object.Set("code", name == nullptr ? "EBERTH" : name);
  object.Set("errno", -error.errnum);
  object.Set("syscall", error.call);
  object.Set("path", error.what);
  object.Set("step", "");
  return object;
}

}  // namespace berth::layer_addon
