// Names of the specification to values; inside of native/oci only.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "oci/json.h"

namespace berth {

template <typename T>
using Named = std::pair<std::string_view, T>;

// The value of a name; a problem at `key` where there is none.
template <typename T, size_t kSize>
T ValueOf(JsonObject& object, const char* key, const std::string& name, const std::array<Named<T>, kSize>& known) {
  const auto* const found = std::ranges::find(known, name, &Named<T>::first);
  if (found == known.end()) {
    object.Problem(key, "'" + name + "' is not supported");
    return known.front().second;
  }
  return found->second;
}

}  // namespace berth
