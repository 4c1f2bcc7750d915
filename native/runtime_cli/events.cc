#include "runtime_cli/events.h"

#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.h"
#include "base/json_text.h"
#include "oci/json_write.h"
#include "runtime/namespaces.h"
#include "runtime_cli/duration.h"
#include "runtime_cli/oom_watch.h"
#include "runtime_cli/stats.h"

namespace berth {

namespace {

constexpr int64_t kLookAgainMs = 10;

int64_t NowMs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

Status Print(const State& state, const std::string& type, const std::string& data) {
  const std::string line = "{\"type\":" + JsonQuoted(type) + ",\"id\":" + JsonQuoted(state.id) +
                           (data.empty() ? "" : ",\"data\":" + data) + "}\n";
  return WriteAll(STDOUT_FILENO, line, "standard output");
}

Status PrintStats(const CgroupHost& cgroups, const State& state) {
  return Print(state, "stats", JsonText(CgroupStats(cgroups, state.cgroup)));
}

Status PrintKills(OomWatch& watch, const State& state) {
  for (int64_t kills = watch.Take(); kills > 0; --kills) {
    BERTH_TRY(Print(state, "oom", ""));
  }
  return {};
}

// `init` is its pidfd, readable once it has ended.
Status Follow(const CgroupHost& cgroups, const State& state, int init, int64_t interval_ms) {
  BERTH_ASSIGN(OomWatch watch, OomWatch::Create(cgroups, state.cgroup));
  for (int64_t next = NowMs() + interval_ms;;) {
    pollfd waited[] = {{.fd = init, .events = POLLIN, .revents = 0},
                       {.fd = watch.fd(), .events = POLLIN, .revents = 0}};
    const int64_t left = std::max<int64_t>(next - NowMs(), 0);
    const int ready = ::poll(waited, 2, static_cast<int>(watch.pending() ? std::min(left, kLookAgainMs) : left));
    if (ready < 0 && errno != EINTR) {
      return Errno("poll", "events");
    }
    BERTH_TRY(PrintKills(watch, state));
    if (waited[0].revents != 0) {
      return {};
    }
    if (NowMs() >= next) {
      BERTH_TRY(PrintStats(cgroups, state));
      next += interval_ms;
    }
  }
}

}  // namespace

Status PrintEvents(const Arguments& arguments, const StateDir& dir, const State& state) {
  BERTH_ASSIGN(const int64_t interval_ms, ParseDurationMs("--interval", arguments.Get("interval", "5s")));
  BERTH_TRY(CheckCgroup(state, "events"));
  BERTH_TRY(CheckRuns(dir, state));
  BERTH_ASSIGN(const CgroupHost cgroups, DetectCgroupHost());
  if (arguments.Has("stats")) {
    return PrintStats(cgroups, state);
  }
  BERTH_ASSIGN(const UniqueFd init, OpenProcess(state.pid, state.start_time));
  return Follow(cgroups, state, init.get(), interval_ms);
}

}  // namespace berth
