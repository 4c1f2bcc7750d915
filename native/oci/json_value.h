// A JSON text as a tree of values.
//
// RapidJSON's reader does the parsing; its own tree is not used: document.h of the release that distributions have does not
// compile with current clang, and it asserts where a type is not the expected one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace berth {

struct JsonValue;
using JsonArray = std::vector<JsonValue>;
using JsonMembers = std::vector<std::pair<std::string, JsonValue>>;  // in their order; a key may occur twice

struct JsonValue {
  // An integer is uint64_t where it is not negative; what fits neither kind of integer is a double.
  std::variant<std::nullptr_t, bool, int64_t, uint64_t, double, std::string, JsonArray, JsonMembers> data = nullptr;

  // Null where the value is of another type.
  template <typename T>
  [[nodiscard]] const T* As() const {
    return std::get_if<T>(&data);
  }
};

// Parses UTF-8 text as one value, nested at most 100 deep: destroying a tree takes stack. An error has errnum 0, call
// `name`, and `what` says at which offset.
Result<JsonValue> ParseJson(std::string_view text, const char* name);

}  // namespace berth
