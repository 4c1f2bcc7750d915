#include "layer_addon/promise_worker.h"

#include "addon/node_error.h"

namespace berth::layer_addon {

namespace {

std::string Message(const Error& error) {
  if (error.errnum == 0) {
    return error.what;
  }
  return std::string(error.call) + " " + error.what + ": " + addon::ErrnoText(error.errnum);
}

}  // namespace

Napi::Value ToJsError(Napi::Env env, const Error& error) {
  return addon::NodeError(env, Message(error), {error.errnum, error.call, error.what, ""});
}

}  // namespace berth::layer_addon
