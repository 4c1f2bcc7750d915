#include "runtime_cli/duration.h"

#include <doctest/doctest.h>

namespace berth {
namespace {

TEST_CASE("duration: numbers with units, as Go writes them") {
  CHECK(ParseDurationMs("x", "5s") == 5000);
  CHECK(ParseDurationMs("x", "500ms") == 500);
  CHECK(ParseDurationMs("x", "1m30s") == 90'000);
  CHECK(ParseDurationMs("x", "1.5h") == 5'400'000);
  CHECK(ParseDurationMs("--interval", "5").error().what == "--interval 5: expected a duration such as 5s or 500ms");
  for (const char* const wrong : {"", "0s", "-1s", "s", "5 s", "5x", "1e3s", "nans", "infs", "2000h", "5s1"}) {
    CHECK_MESSAGE(!ParseDurationMs("x", wrong), wrong);
  }
}

}  // namespace
}  // namespace berth
