// Strict reading of JSON objects: every accessor checks type and range. A key that nothing read is refused by name, or told
// as a warning where the reader of the document wants it so.
//
// The first problem is kept and ends the parse: after it accessors return defaults, so that callers need no checks
// between fields. Problems are told as a JSON pointer (RFC 6901) and what was expected there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "oci/json_value.h"

namespace berth {

// The first problem of a parse, and what is only to be told.
class JsonProblem {
 public:
  // Where `warnings` is null, an unknown key is a problem.
  explicit JsonProblem(std::vector<std::string>* warnings) : warnings_(warnings) {}
  void Set(const std::string& pointer, const std::string& problem);
  [[nodiscard]] bool any() const { return problem_.has_value(); }
  [[nodiscard]] const std::string& text() const { return *problem_; }
  void Warn(const std::string& pointer, const std::string& warning);
  void SetUnknown(const std::string& pointer);

 private:
  std::vector<std::string>* warnings_;
  std::optional<std::string> problem_;
};

class JsonObject {
 public:
  JsonObject(const JsonMembers& members, std::string pointer, JsonProblem& problem);

  [[nodiscard]] bool Has(const char* key) const;
  // Absent: the default. Strings never hold a NUL byte, which the kernel would cut them at.
  bool Bool(const char* key, bool absent = false);
  std::string String(const char* key);
  std::string RequiredString(const char* key);
  std::optional<int64_t> Int(const char* key, int64_t min, int64_t max = INT64_MAX);
  std::optional<uint64_t> Unsigned(const char* key, uint64_t max = UINT64_MAX);
  template <typename T>
  std::optional<T> UnsignedAs(const char* key, T max = static_cast<T>(~T{0})) {
    const auto value = Unsigned(key, max);
    return value ? std::optional<T>(static_cast<T>(*value)) : std::nullopt;
  }
  std::vector<std::string> Strings(const char* key);
  std::map<std::string, std::string> StringMap(const char* key);
  std::vector<uint32_t> Ids(const char* key);

  // Calls `read` with the object at `key`, or with each object of the array there. Absent: not called.
  void Object(const char* key, const std::function<void(JsonObject&)>& read);
  void Objects(const char* key, const std::function<void(JsonObject&)>& read);
  void RequiredObject(const char* key, const std::function<void(JsonObject&)>& read);
  // Calls `read` with each object of the object at `key`, and its name.
  void ObjectMap(const char* key, const std::function<void(const std::string&, JsonObject&)>& read);

  // Reads a key without looking at it.
  void Skip(const char* key);
  // Says of a known key that it is not supported.
  void Refuse(const char* key);
  void Problem(const char* key, const std::string& problem);
  void Warn(const char* key, const std::string& warning);
  // Refuses keys that occur twice, and what was not read where nobody is to be warned of it.
  void Finish();

 private:
  const JsonValue* Find(const char* key);
  // The value at `key`; null where it is absent or, with that problem set, of another type.
  template <typename T>
  const T* FindTyped(const char* key, const char* expected);
  std::optional<std::string> Text(const JsonValue& value, const std::string& pointer);
  [[nodiscard]] std::string At(std::string_view key) const;

  const JsonMembers& members_;
  std::string pointer_;
  JsonProblem& problem_;
  std::vector<const char*> read_;
};

// Parses `text` as one object. An error has errnum 0, call `name`, and `what` as described above. With `warnings` unknown keys
// are told there, a line each, and left alone.
Status ParseJsonObject(std::string_view text, const char* name, const std::function<void(JsonObject&)>& read,
                       std::vector<std::string>* warnings = nullptr);

}  // namespace berth
