#include "oci/json_write.h"

#include <algorithm>
#include <cstdio>

#include "base/json_text.h"

namespace berth {

namespace {

std::string DoubleText(double number) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", number);
  return text;
}

std::string ArrayText(const JsonArray& array) {
  std::string text = "[";
  for (const JsonValue& value : array) {
    text += (text.size() == 1 ? "" : ",") + JsonText(value);
  }
  return text + "]";
}

std::string ObjectText(const JsonMembers& members) {
  std::string text = "{";
  for (const auto& [key, value] : members) {
    text += (text.size() == 1 ? "" : ",") + JsonQuoted(key) + ":" + JsonText(value);
  }
  return text + "}";
}

}  // namespace

std::string JsonText(const JsonValue& value) {
  if (const bool* const truth = value.As<bool>()) {
    return *truth ? "true" : "false";
  }
  if (const int64_t* const number = value.As<int64_t>()) {
    return std::to_string(*number);
  }
  if (const uint64_t* const number = value.As<uint64_t>()) {
    return std::to_string(*number);
  }
  if (const double* const number = value.As<double>()) {
    return DoubleText(*number);
  }
  if (const std::string* const text = value.As<std::string>()) {
    return JsonQuoted(*text);
  }
  if (const JsonArray* const array = value.As<JsonArray>()) {
    return ArrayText(*array);
  }
  const JsonMembers* const members = value.As<JsonMembers>();
  return members == nullptr ? "null" : ObjectText(*members);
}

JsonValue* FindMember(JsonValue& object, std::string_view key) {
  auto* const members = std::get_if<JsonMembers>(&object.data);
  if (members == nullptr) {
    return nullptr;
  }
  const auto found = std::ranges::find(*members, key, &JsonMembers::value_type::first);
  return found == members->end() ? nullptr : &found->second;
}

JsonValue& MemberOf(JsonValue& object, std::string_view key) {
  if (JsonValue* const found = FindMember(object, key); found != nullptr) {
    return *found;
  }
  if (object.As<JsonMembers>() == nullptr) {
    object.data = JsonMembers();
  }
  return std::get<JsonMembers>(object.data).emplace_back(key, JsonValue()).second;
}

void MergeJson(JsonValue& into, const JsonValue& from) {
  const JsonMembers* const members = from.As<JsonMembers>();
  if (members == nullptr) {
    into = from;
    return;
  }
  if (into.As<JsonMembers>() == nullptr) {
    into.data = JsonMembers();
  }
  for (const auto& [key, value] : *members) {
    MergeJson(MemberOf(into, key), value);
  }
}

}  // namespace berth
