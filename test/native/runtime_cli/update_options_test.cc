#include "runtime_cli/update_options.h"

#include <doctest/doctest.h>

#include "oci/json_write.h"

namespace berth {
namespace {

std::string Resources(const std::vector<std::string>& words) {
  Arguments arguments;
  std::vector<std::string> all = {"update"};
  all.insert(all.end(), words.begin(), words.end());
  all.emplace_back("c");
  REQUIRE(ParseArguments(all, arguments));
  const auto resources = ResourcesOfOptions(arguments);
  return resources ? JsonText(*resources) : resources.error().what;
}

TEST_CASE("update: options are members of linux.resources") {
  CHECK(Resources({}) == "{}");
  CHECK(Resources({"--cpu-share", "512", "--cpu-quota", "-1", "--cpuset-cpus", "0-1"}) ==
        R"({"cpu":{"quota":-1,"shares":512,"cpus":"0-1"}})");
  CHECK(Resources({"--memory", "64m", "--memory-swap", "-1", "--memory-reservation", "1.5k"}) ==
        R"({"memory":{"limit":67108864,"reservation":1536,"swap":-1}})");
  CHECK(Resources({"--pids-limit", "9", "--blkio-weight", "500", "--cpu-idle", "1"}) ==
        R"({"blockIO":{"weight":500},"cpu":{"idle":1},"pids":{"limit":9}})");
  CHECK(Resources({"--pids-limit", "many"}) == "--pids-limit many: expected a number");
}

TEST_CASE("update: bytes have units of 1024") {
  CHECK(ParseBytes("x", "0") == 0);
  CHECK(ParseBytes("x", "1024") == 1024);
  CHECK(ParseBytes("x", "2b") == 2);
  CHECK(ParseBytes("x", "2KiB") == 2048);
  CHECK(ParseBytes("x", "3GB") == int64_t{3} << 30U);
  CHECK(ParseBytes("x", "1t") == int64_t{1} << 40U);
  CHECK(ParseBytes("x", "-1") == -1);
  for (const char* const wrong : {"", "m", "1x", "1mm", "1 m", "-2", "-1m", "nan", "inf", "99999999t", "1bb"}) {
    CHECK_MESSAGE(!ParseBytes("x", wrong), wrong);
  }
}

}  // namespace
}  // namespace berth
