// An Error of Node's own shape, for both addons.
#pragma once

#include <napi.h>

#include <cctype>
#include <cstring>
#include <string>

namespace berth::addon {

// "no such file or directory"
inline std::string ErrnoText(int errnum) {
  const char* const text = ::strerrordesc_np(errnum);
  std::string reason = text == nullptr ? "unknown error" : text;
  reason[0] = static_cast<char>(::tolower(static_cast<unsigned char>(reason[0])));
  return reason;
}

struct NodeErrorParts {
  int errnum;  // 0: the kernel did not refuse, and the code is EBERTH
  std::string call;
  std::string path;
  std::string step;
};

inline Napi::Value NodeError(Napi::Env env, const std::string& message, const NodeErrorParts& parts) {
  const char* const name = parts.errnum == 0 ? nullptr : ::strerrorname_np(parts.errnum);
  const Napi::Object object = Napi::Error::New(env, message).Value();
  object.Set("code", name == nullptr ? "EBERTH" : name);
  object.Set("errno", -parts.errnum);
  object.Set("syscall", parts.call);
  object.Set("path", parts.path);
  object.Set("step", parts.step);
  return object;
}

}  // namespace berth::addon
