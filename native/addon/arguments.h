// Arguments from JavaScript. src/addon/addon.ts declares their types; one of another type throws a TypeError.
#pragma once

#include <napi.h>

#include <string>

namespace berth::addon {

inline std::string Text(const Napi::Value& value) { return value.As<Napi::String>().Utf8Value(); }
inline std::string Text(const Napi::Object& object, const char* key) { return Text(object.Get(key)); }
inline int64_t Integer(const Napi::Value& value) { return value.As<Napi::Number>().Int64Value(); }
inline int64_t Integer(const Napi::Object& object, const char* key) { return Integer(object.Get(key)); }
inline bool Flag(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::Boolean>().Value(); }

// `otherwise` stands for null.
inline int64_t IntegerOr(const Napi::Object& object, const char* key, int64_t otherwise) {
  const Napi::Value value = object.Get(key);
  return value.IsNull() || value.IsUndefined() ? otherwise : Integer(value);
}

inline Napi::Number ToJs(Napi::Env env, int64_t number) { return Napi::Number::New(env, static_cast<double>(number)); }

}  // namespace berth::addon
