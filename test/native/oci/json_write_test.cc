#include "oci/json_write.h"

#include <doctest/doctest.h>

namespace berth {
namespace {

JsonValue Parsed(const char* text) { return *ParseJson(text, "test"); }

TEST_CASE("json: what was parsed is written as it was") {
  for (const char* const text : {"null", "true", "-1", "18446744073709551615", "0.5", R"("a\"b\\cé")", "[]", "{}",
                                 R"([1,[2],{"a":null}])", R"({"a":{"b":["c",false]},"d":""})"}) {
    CHECK(JsonText(Parsed(text)) == text);
  }
  CHECK(JsonText(Parsed(R"("a\nb")")) == R"("a\u000ab")");
}

TEST_CASE("json: objects are merged, and other values replaced") {
  JsonValue into = Parsed(R"({"a":{"b":1,"c":[1,2]},"d":2})");
  MergeJson(into, Parsed(R"({"a":{"c":[3],"e":4},"d":{"f":5}})"));
  CHECK(JsonText(into) == R"({"a":{"b":1,"c":[3],"e":4},"d":{"f":5}})");
}

TEST_CASE("json: a member is found, or made") {
  JsonValue object = Parsed(R"({"a":1})");
  CHECK(FindMember(object, "b") == nullptr);
  MemberOf(MemberOf(object, "b"), "c").data = true;
  MemberOf(object, "a").data = false;
  CHECK(JsonText(object) == R"({"a":false,"b":{"c":true}})");
  JsonValue number = Parsed("1");
  CHECK(FindMember(number, "a") == nullptr);
}

}  // namespace
}  // namespace berth
