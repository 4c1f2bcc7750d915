// A tree of values back to text, and changes to a tree.
#pragma once

#include <string>
#include <string_view>

#include "oci/json_value.h"

namespace berth {

// On one line.
std::string JsonText(const JsonValue& value);

// The first member with that key; null where there is none, or where `object` is none.
JsonValue* FindMember(JsonValue& object, std::string_view key);

// The member with that key, made where it is missing. What `object` was is lost where it was no object.
JsonValue& MemberOf(JsonValue& object, std::string_view key);

// Objects are merged member by member; any other value takes the place of what was there.
void MergeJson(JsonValue& into, const JsonValue& from);

}  // namespace berth
