#include "oci/json.h"

#include <rapidjson/error/en.h>

#include <algorithm>
#include <utility>

namespace berth {

namespace {

// The iterative parser: nesting in hostile input costs heap, not stack.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

std::string_view NameOf(const rapidjson::Value& name) { return {name.GetString(), name.GetStringLength()}; }

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

}  // namespace

void JsonProblem::Set(const std::string& pointer, const std::string& problem) {
  if (!problem_) {
    problem_ = (pointer.empty() ? "/" : pointer) + ": " + problem;
  }
}

JsonObject::JsonObject(const rapidjson::Value& value, std::string pointer, JsonProblem& problem)
    : value_(value), pointer_(std::move(pointer)), problem_(problem) {}

std::string JsonObject::At(std::string_view key) const { return pointer_ + "/" + EscapePointer(key); }

bool JsonObject::Has(const char* key) const { return value_.HasMember(key); }

void JsonObject::Problem(const char* key, const std::string& problem) { problem_.Set(At(key), problem); }

void JsonObject::Skip(const char* key) { read_.push_back(key); }

const rapidjson::Value* JsonObject::Find(const char* key) {
  Skip(key);
  if (problem_.any()) {
    return nullptr;
  }
  const auto member = value_.FindMember(key);
  return member == value_.MemberEnd() ? nullptr : &member->value;
}

const rapidjson::Value* JsonObject::FindTyped(const char* key, rapidjson::Type type, const char* expected) {
  const rapidjson::Value* value = Find(key);
  if (value != nullptr && value->GetType() != type) {
    Problem(key, std::string("expected ") + expected);
    return nullptr;
  }
  return value;
}

std::optional<std::string> JsonObject::Text(const rapidjson::Value& value, const std::string& pointer) {
  if (!value.IsString()) {
    problem_.Set(pointer, "expected a string");
    return std::nullopt;
  }
  std::string text(NameOf(value));
  if (text.find('\0') != std::string::npos) {
    problem_.Set(pointer, "holds a NUL byte");
    return std::nullopt;
  }
  return text;
}

bool JsonObject::Bool(const char* key, bool absent) {
  const rapidjson::Value* value = Find(key);
  if (value == nullptr) {
    return absent;
  }
  if (!value->IsBool()) {
    Problem(key, "expected true or false");
    return absent;
  }
  return value->GetBool();
}

std::string JsonObject::String(const char* key) {
  const rapidjson::Value* value = Find(key);
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
  const rapidjson::Value* value = Find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->IsInt64() || value->GetInt64() < min || value->GetInt64() > max) {
    Problem(key, "expected an integer from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
  }
  return value->GetInt64();
}

std::optional<uint64_t> JsonObject::Unsigned(const char* key, uint64_t max) {
  const rapidjson::Value* value = Find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->IsUint64() || value->GetUint64() > max) {
    Problem(key, "expected an integer from 0 to " + std::to_string(max));
    return std::nullopt;
  }
  return value->GetUint64();
}

std::vector<std::string> JsonObject::Strings(const char* key) {
  std::vector<std::string> texts;
  if (const rapidjson::Value* array = FindTyped(key, rapidjson::kArrayType, "an array of strings")) {
    for (rapidjson::SizeType i = 0; i < array->Size(); ++i) {
      texts.push_back(Text((*array)[i], At(key) + "/" + std::to_string(i)).value_or(""));
    }
  }
  return texts;
}

std::map<std::string, std::string> JsonObject::StringMap(const char* key) {
  std::map<std::string, std::string> texts;
  if (const rapidjson::Value* object = FindTyped(key, rapidjson::kObjectType, "an object of strings")) {
    for (const auto& member : object->GetObject()) {
      const std::string pointer = At(key) + "/" + EscapePointer(NameOf(member.name));
      auto name = Text(member.name, pointer);
      auto text = Text(member.value, pointer);
      if (name && text && !texts.emplace(*std::move(name), *std::move(text)).second) {
        problem_.Set(pointer, "occurs twice");
      }
    }
  }
  return texts;
}

std::vector<uint32_t> JsonObject::Ids(const char* key) {
  std::vector<uint32_t> ids;
  if (const rapidjson::Value* array = FindTyped(key, rapidjson::kArrayType, "an array of ids")) {
    for (rapidjson::SizeType i = 0; i < array->Size(); ++i) {
      const rapidjson::Value& id = (*array)[i];
      // The highest number means "no id" to the kernel.
      if (!id.IsUint() || id.GetUint() == UINT32_MAX) {
        problem_.Set(At(key) + "/" + std::to_string(i), "expected an integer from 0 to 4294967294");
        break;
      }
      ids.push_back(id.GetUint());
    }
  }
  return ids;
}

void JsonObject::Object(const char* key, const std::function<void(JsonObject&)>& read) {
  if (const rapidjson::Value* value = FindTyped(key, rapidjson::kObjectType, "an object")) {
    JsonObject object(*value, At(key), problem_);
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

void JsonObject::Objects(const char* key, const std::function<void(JsonObject&)>& read) {
  const rapidjson::Value* array = FindTyped(key, rapidjson::kArrayType, "an array of objects");
  for (rapidjson::SizeType i = 0; array != nullptr && i < array->Size() && !problem_.any(); ++i) {
    const std::string pointer = At(key) + "/" + std::to_string(i);
    if (!(*array)[i].IsObject()) {
      problem_.Set(pointer, "expected an object");
      return;
    }
    JsonObject object((*array)[i], pointer, problem_);
    read(object);
    object.Finish();
  }
}

void JsonObject::Finish() {
  std::vector<std::string_view> seen;
  for (auto member = value_.MemberBegin(); member != value_.MemberEnd() && !problem_.any(); ++member) {
    const std::string_view name = NameOf(member->name);
    if (std::ranges::find(read_, name) == read_.end()) {
      problem_.Set(At(name), "is not supported");
    }
    if (std::ranges::find(seen, name) != seen.end()) {
      problem_.Set(At(name), "occurs twice");
    }
    seen.push_back(name);
  }
}

Status ParseJsonObject(std::string_view text, const char* name, const std::function<void(JsonObject&)>& read) {
  rapidjson::Document document;
  document.Parse<kParseFlags>(text.data(), text.size());
  if (document.HasParseError()) {
    return Fail(0, name,
                "offset " + std::to_string(document.GetErrorOffset()) + ": " +
                    rapidjson::GetParseError_En(document.GetParseError()));
  }
  if (!document.IsObject()) {
    return Fail(0, name, "/: expected an object");
  }
  JsonProblem problem;
  JsonObject object(document, "", problem);
  read(object);
  object.Finish();
  if (problem.any()) {
    return Fail(0, name, problem.text());
  }
  return {};
}

}  // namespace berth
