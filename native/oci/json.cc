#include "oci/json.h"

#include <algorithm>
#include <utility>

namespace berth {

namespace {

// RFC 6901: '~' and '/' of a key are escaped.
std::string EscapePointer(std::string_view key) {
  std::string escaped;
  for (const char c : key) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

const JsonValue* MemberOf(const JsonMembers& members, std::string_view key) {
  const auto found = std::ranges::find(members, key, &JsonMembers::value_type::first);
  return found == members.end() ? nullptr : &found->second;
}

// Integers as the accessors compare them: false where the value is no integer of that kind.
bool ToInt64(const JsonValue& value, int64_t& number) {
  if (const auto* const negative = value.As<int64_t>()) {
    number = *negative;
    return true;
  }
  const auto* const other = value.As<uint64_t>();
  number = other == nullptr ? 0 : static_cast<int64_t>(*other);
  return other != nullptr && *other <= INT64_MAX;
}

}  // namespace

void JsonProblem::Set(const std::string& pointer, const std::string& problem) {
  if (!problem_) {
    problem_ = (pointer.empty() ? "/" : pointer) + ": " + problem;
  }
}

void JsonProblem::Warn(const std::string& pointer, const std::string& warning) {
  if (warnings_ != nullptr) {
    warnings_->push_back(pointer + ": " + warning);
  }
}

void JsonProblem::SetUnknown(const std::string& pointer) {
  if (warnings_ == nullptr) {
    Set(pointer, "is not supported");
  } else {
    Warn(pointer, "is not known and has no effect");
  }
}

JsonObject::JsonObject(const JsonMembers& members, std::string pointer, JsonProblem& problem)
    : members_(members), pointer_(std::move(pointer)), problem_(problem) {}

std::string JsonObject::At(std::string_view key) const { return pointer_ + "/" + EscapePointer(key); }

bool JsonObject::Has(const char* key) const { return MemberOf(members_, key) != nullptr; }

void JsonObject::Problem(const char* key, const std::string& problem) { problem_.Set(At(key), problem); }

void JsonObject::Warn(const char* key, const std::string& warning) { problem_.Warn(At(key), warning); }

void JsonObject::Skip(const char* key) { read_.push_back(key); }

void JsonObject::Refuse(const char* key) {
  Skip(key);
  if (Has(key)) {
    Problem(key, "is not supported");
  }
}

const JsonValue* JsonObject::Find(const char* key) {
  Skip(key);
  if (problem_.any()) {
    return nullptr;
  }
  return MemberOf(members_, key);
}

template <typename T>
const T* JsonObject::FindTyped(const char* key, const char* expected) {
  const JsonValue* const value = Find(key);
  const T* const typed = value == nullptr ? nullptr : value->As<T>();
  if (value != nullptr && typed == nullptr) {
    Problem(key, std::string("expected ") + expected);
  }
  return typed;
}

std::optional<std::string> JsonObject::Text(const JsonValue& value, const std::string& pointer) {
  const auto* const text = value.As<std::string>();
  if (text == nullptr) {
    problem_.Set(pointer, "expected a string");
    return std::nullopt;
  }
  if (text->find('\0') != std::string::npos) {
    problem_.Set(pointer, "holds a NUL byte");
    return std::nullopt;
  }
  return *text;
}

bool JsonObject::Bool(const char* key, bool absent) {
  const bool* const value = FindTyped<bool>(key, "true or false");
  return value == nullptr ? absent : *value;
}

std::string JsonObject::String(const char* key) {
  const JsonValue* const value = Find(key);
  return value == nullptr ? std::string() : Text(*value, At(key)).value_or("");
}

std::string JsonObject::RequiredString(const char* key) {
  std::string text = String(key);
  if (text.empty()) {
    Problem(key, "expected a string that is not empty");
  }
  return text;
}

std::optional<int64_t> JsonObject::Int(const char* key, int64_t min, int64_t max) {
  const JsonValue* const value = Find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  int64_t number = 0;
  if (!ToInt64(*value, number) || number < min || number > max) {
    Problem(key, "expected an integer from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
  }
  return number;
}

std::optional<uint64_t> JsonObject::Unsigned(const char* key, uint64_t max) {
  const JsonValue* const value = Find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto* const number = value->As<uint64_t>();
  if (number == nullptr || *number > max) {
    Problem(key, "expected an integer from 0 to " + std::to_string(max));
    return std::nullopt;
  }
  return *number;
}

std::vector<std::string> JsonObject::Strings(const char* key) {
  std::vector<std::string> texts;
  if (const auto* const array = FindTyped<JsonArray>(key, "an array of strings")) {
    texts.reserve(array->size());
    for (size_t i = 0; i < array->size(); ++i) {
      const auto* const text = (*array)[i].As<std::string>();
      // A pointer is only made where it is told: a profile names hundreds of system calls.
      const bool plain = text != nullptr && text->find('\0') == std::string::npos;
      texts.push_back(plain ? *text : Text((*array)[i], At(key) + "/" + std::to_string(i)).value_or(""));
    }
  }
  return texts;
}

std::map<std::string, std::string> JsonObject::StringMap(const char* key) {
  std::map<std::string, std::string> texts;
  if (const auto* const object = FindTyped<JsonMembers>(key, "an object of strings")) {
    for (const auto& [name, value] : *object) {
      const std::string pointer = At(key) + "/" + EscapePointer(name);
      auto text = Text(value, pointer);
      if (name.find('\0') != std::string::npos) {
        problem_.Set(pointer, "holds a NUL byte");
      }
      if (text && !texts.emplace(name, *std::move(text)).second) {
        problem_.Set(pointer, "occurs twice");
      }
    }
  }
  return texts;
}

std::vector<uint32_t> JsonObject::Ids(const char* key) {
  std::vector<uint32_t> ids;
  if (const auto* const array = FindTyped<JsonArray>(key, "an array of ids")) {
    for (size_t i = 0; i < array->size(); ++i) {
      const auto* const id = (*array)[i].As<uint64_t>();
      // The highest number means "no id" to the kernel.
      if (id == nullptr || *id >= UINT32_MAX) {
        problem_.Set(At(key) + "/" + std::to_string(i), "expected an integer from 0 to 4294967294");
        break;
      }
      ids.push_back(static_cast<uint32_t>(*id));
    }
  }
  return ids;
}

void JsonObject::Object(const char* key, const std::function<void(JsonObject&)>& read) {
  if (const auto* const members = FindTyped<JsonMembers>(key, "an object")) {
    JsonObject object(*members, At(key), problem_);
    read(object);
    object.Finish();
  }
}

void JsonObject::RequiredObject(const char* key, const std::function<void(JsonObject&)>& read) {
  if (!Has(key)) {
    Problem(key, "is missing");
  }
  Object(key, read);
}

void JsonObject::ObjectMap(const char* key, const std::function<void(const std::string&, JsonObject&)>& read) {
  const auto* const objects = FindTyped<JsonMembers>(key, "an object of objects");
  for (size_t i = 0; objects != nullptr && i < objects->size() && !problem_.any(); ++i) {
    const auto& [name, value] = (*objects)[i];
    const std::string pointer = At(key) + "/" + EscapePointer(name);
    const auto* const members = value.As<JsonMembers>();
    if (members == nullptr || name.find('\0') != std::string::npos || MemberOf(*objects, name) != &value) {
      problem_.Set(pointer, members == nullptr ? "expected an object" : "occurs twice, or holds a NUL byte");
      return;
    }
    JsonObject object(*members, pointer, problem_);
    read(name, object);
    object.Finish();
  }
}

void JsonObject::Objects(const char* key, const std::function<void(JsonObject&)>& read) {
  const auto* const array = FindTyped<JsonArray>(key, "an array of objects");
  for (size_t i = 0; array != nullptr && i < array->size() && !problem_.any(); ++i) {
    const std::string pointer = At(key) + "/" + std::to_string(i);
    const auto* const members = (*array)[i].As<JsonMembers>();
    if (members == nullptr) {
      problem_.Set(pointer, "expected an object");
      return;
    }
    JsonObject object(*members, pointer, problem_);
    read(object);
    object.Finish();
  }
}

void JsonObject::Finish() {
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : members_) {
    if (std::ranges::find(read_, name) == read_.end()) {
      problem_.SetUnknown(At(name));
    }
    if (std::ranges::find(seen, name) != seen.end()) {
      problem_.Set(At(name), "occurs twice");
    }
    seen.push_back(name);
  }
}

Status ParseJsonObject(std::string_view text, const char* name, const std::function<void(JsonObject&)>& read,
                       std::vector<std::string>* warnings) {
  BERTH_ASSIGN(const JsonValue document, ParseJson(text, name));
  const auto* const members = document.As<JsonMembers>();
  if (members == nullptr) {
    return Fail(0, name, "/: expected an object");
  }
  JsonProblem problem(warnings);
  JsonObject object(*members, "", problem);
  read(object);
  object.Finish();
  if (problem.any()) {
    return Fail(0, name, problem.text());
  }
  return {};
}

}  // namespace berth
