#include "oci/json_value.h"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace berth {

namespace {

constexpr size_t kMaxDepth = 100;

// The iterative parser: nesting in hostile input costs heap, not stack, until the builder says stop.
constexpr unsigned kParseFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;

// Takes the reader's events; false ends the parse.
class Builder {
 public:
  bool Null() { return Add(nullptr); }
  bool Bool(bool value) { return Add(value); }
  bool Int(int value) { return Int64(value); }
  bool Uint(unsigned value) { return Uint64(value); }
  bool Int64(int64_t value) { return value < 0 ? Add(value) : Add(static_cast<uint64_t>(value)); }
  bool Uint64(uint64_t value) { return Add(value); }
  bool Double(double value) { return Add(value); }
  bool RawNumber(const char* /*text*/, rapidjson::SizeType /*length*/, bool /*copy*/) { return false; }
  bool String(const char* text, rapidjson::SizeType length, bool /*copy*/) { return Add(std::string(text, length)); }
  bool Key(const char* text, rapidjson::SizeType length, bool /*copy*/) {
    std::get<JsonMembers>(open_.back().data).emplace_back(std::string(text, length), JsonValue{});
    return true;
  }
  bool StartObject() { return Open(JsonMembers()); }
  bool StartArray() { return Open(JsonArray()); }
  bool EndObject(rapidjson::SizeType /*count*/) { return Close(); }
  bool EndArray(rapidjson::SizeType /*count*/) { return Close(); }

  [[nodiscard]] bool too_deep() const { return open_.size() == kMaxDepth; }
  JsonValue Take() { return std::move(root_); }

 private:
  template <typename T>
  bool Open(T value) {
    if (too_deep()) {
      return false;
    }
    open_.push_back({std::move(value)});
    return true;
  }

  bool Close() {
    JsonValue value = std::move(open_.back());
    open_.pop_back();
    return Add(std::move(value.data));
  }

  bool Add(decltype(JsonValue::data) value) {
    if (open_.empty()) {
      root_.data = std::move(value);
    } else if (auto* const array = std::get_if<JsonArray>(&open_.back().data)) {
      array->push_back({std::move(value)});
    } else {
      std::get<JsonMembers>(open_.back().data).back().second.data = std::move(value);
    }
    return true;
  }

  JsonValue root_;
  std::vector<JsonValue> open_;  // the containers around the next value, outermost first
};

}  // namespace

Result<JsonValue> ParseJson(std::string_view text, const char* name) {
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  rapidjson::Reader reader;
  Builder builder;
  const rapidjson::ParseResult result = reader.Parse<kParseFlags>(stream, builder);
  if (!result) {
    const bool too_deep = result.Code() == rapidjson::kParseErrorTermination && builder.too_deep();
    return Fail(0, name,
                "offset " + std::to_string(result.Offset()) + ": " +
                    (too_deep ? "nested too deeply" : rapidjson::GetParseError_En(result.Code())));
  }
  return builder.Take();
}

}  // namespace berth
