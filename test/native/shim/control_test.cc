#include "shim/control.h"

#include <doctest/doctest.h>

#include <string>

namespace berth {

namespace {

std::string RecordOf(const ControlRequest& request) {
  return {reinterpret_cast<const char*>(&request), sizeof request};
}

}  // namespace

TEST_CASE("a request is read as it was sent") {
  ControlRequest request;
  request.type = ControlType::kReload;
  request.generation = 7;
  const auto parsed = ParseControlRequest(RecordOf(request));
  REQUIRE(parsed);
  CHECK(parsed->type == ControlType::kReload);
  CHECK(parsed->generation == 7);
}

TEST_CASE("a record that is no request is refused") {
  ControlRequest request;
  SUBCASE("too short") { CHECK_FALSE(ParseControlRequest(RecordOf(request).substr(1))); }
  SUBCASE("too long") { CHECK_FALSE(ParseControlRequest(RecordOf(request) + "x")); }
  SUBCASE("empty") { CHECK_FALSE(ParseControlRequest("")); }
  SUBCASE("of another version") {
    request.version = kProtocolVersion + 1;
    CHECK(ParseControlRequest(RecordOf(request)).error().errnum == EPROTO);
  }
  SUBCASE("of an unknown kind") {
    request.type = static_cast<ControlType>(99);
    CHECK(ParseControlRequest(RecordOf(request)).error().errnum == EPROTO);
  }
}

}  // namespace berth
