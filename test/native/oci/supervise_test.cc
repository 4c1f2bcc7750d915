#include "oci/supervise.h"

#include <doctest/doctest.h>

#include <string>

namespace berth {
namespace {

std::string ProblemOf(const std::string& text) {
  const auto record = ParseSupervise(text);
  if (record) {
    return "(none)";
  }
  CHECK(record.error().errnum == 0);
  return record.error().what;
}

TEST_CASE("supervise: an id alone has the defaults; unknown keys are for later versions") {
  const auto record = ParseSupervise("version=1\nid=a\nnew.key=anything\n\n");
  REQUIRE(record);
  CHECK(record->id == "a");
  CHECK(record->restart_policy == RestartPolicy::kNo);
  CHECK(record->stop_signal == 15);
  CHECK_FALSE(record->health);
  CHECK_FALSE(record->shared_shm_bytes);
}

TEST_CASE("supervise: every key is read") {
  const auto record = ParseSupervise(
      "id=a\nname=shop-web-1\noverlay.dir=/x\noverlay.lower=l/B\noverlay.lower=l/A\noverlay.upper=c/diff\n"
      "overlay.work=c/work\njoin.pid=b\nshm.shared=1024\ninit=1\nstdin=1\n"
      "volume.copy=/v/_data\t/data\nstop.signal=9\nstop.grace_ms=5\nrestart.policy=on-failure\nrestart.max=3\n"
      "health.test=CMD\nhealth.test=a\\nb\\\\c\nhealth.retries=7\non_unhealthy=restart\nlog.driver=none\n"
      "log.max_file=2\ngeneration=18446744073709551615\n");
  REQUIRE_MESSAGE(record, record.error().what);
  CHECK(record->overlay_lower == std::vector<std::string>{"l/B", "l/A"});
  CHECK(record->join_pid == "b");
  CHECK(record->shared_shm_bytes == 1024);
  CHECK(record->volume_copies.front() == std::pair<std::string, std::string>{"/v/_data", "/data"});
  CHECK(record->restart_policy == RestartPolicy::kOnFailure);
  CHECK(record->health->test == std::vector<std::string>{"CMD", "a\nb\\c"});
  CHECK(record->health->retries == 7);
  CHECK(record->restart_on_unhealthy);
  CHECK_FALSE(record->log_json_file);
  CHECK(record->generation == UINT64_MAX);
}

TEST_CASE("supervise: a bad line is told by its number and key") {
  CHECK(ProblemOf("") == "id is missing");
  CHECK(ProblemOf("id=a\nnonsense") == "line 2: expected key=value");
  CHECK(ProblemOf(std::string("id=a\0b", 6)) == "line 1: expected key=value");
  CHECK(ProblemOf("version=2\nid=a") == "line 1: bad value of version");
  for (const char* line : {"stop.signal=0",
                           "stop.signal=x",
                           "stop.signal=99999999999",
                           "stop.grace_ms=-1",
                           "restart.max=1 ",
                           "restart.policy=sometimes",
                           "init=yes",
                           "init=",
                           "stdin=2",
                           "volume.copy=/a",
                           "volume.copy=a\t/b",
                           "volume.copy=/a\tb",
                           "log.max_file=0",
                           "log.driver=syslog",
                           "on_unhealthy=kill",
                           "overlay.lower=",
                           "health.interval_ms=1e3",
                           "generation=18446744073709551616",
                           "shm.shared=-1",
                           "shm.shared="}) {
    CAPTURE(line);
    const std::string text = line;
    CHECK(ProblemOf("id=a\n" + text + "\n") == "line 2: bad value of " + text.substr(0, text.find('=')));
  }
}

TEST_CASE("supervise: settings of a health check without a command are none") {
  const auto record = ParseSupervise("id=a\nhealth.retries=2\n");
  REQUIRE(record);
  CHECK_FALSE(record->health);
}

TEST_CASE("supervise: escaped values come back as they were") {
  for (const std::string value : {"", "plain", "\n", "\\", "\\n", "a\\\nb\\\\n", "\\\\\n"}) {
    CHECK(UnescapeValue(EscapeValue(value)) == value);
    CHECK(EscapeValue(value).find('\n') == std::string::npos);
  }
  CHECK(UnescapeValue("tail\\") == "tail\\");
}

}  // namespace
}  // namespace berth
