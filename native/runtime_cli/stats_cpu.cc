// cgroup-v1/cpuacct.rst and scheduler/sched-bwc.rst; cgroup-v2.rst, "CPU Interface Files"
#include <string_view>

#include "oci/json_write.h"
#include "runtime/cgroup/place.h"
#include "runtime/cgroup/text.h"
#include "runtime_cli/stats.h"

namespace berth {

namespace {

int64_t Nanoseconds(int64_t microseconds) { return microseconds < 0 ? -1 : microseconds * 1000; }

// One number for each processor.
void SetList(JsonValue& object, const char* key, const std::string& text) {
  if (text.empty()) {
    return;
  }
  JsonArray numbers;
  for (const std::string_view word : SplitWords(Trim(text))) {
    numbers.push_back({static_cast<uint64_t>(ParseNumber(word).value_or(0))});
  }
  MemberOf(object, key).data = std::move(numbers);
}

void UsageV1(const Place& place, JsonValue& usage) {
  SetFigure(usage, "total", place.Number("/cpuacct.usage"));
  SetFigure(usage, "kernel", place.Number("/cpuacct.usage_sys"));
  SetFigure(usage, "user", place.Number("/cpuacct.usage_user"));
  SetList(usage, "percpu", place.Text("/cpuacct.usage_percpu"));
  SetList(usage, "percpu_kernel", place.Text("/cpuacct.usage_percpu_sys"));
  SetList(usage, "percpu_user", place.Text("/cpuacct.usage_percpu_user"));
}

void UsageV2(const Place& place, JsonValue& usage) {
  SetFigure(usage, "total", Nanoseconds(place.Keyed("/cpu.stat", "usage_usec")));
  SetFigure(usage, "kernel", Nanoseconds(place.Keyed("/cpu.stat", "system_usec")));
  SetFigure(usage, "user", Nanoseconds(place.Keyed("/cpu.stat", "user_usec")));
}

}  // namespace

void CpuStats(const CgroupHost& host, const std::string& path, JsonValue& cpu) {
  const Place place = PlaceOf(host, "cpu", path);
  if (place.v2) {
    UsageV2(place, MemberOf(cpu, "usage"));
  } else {
    UsageV1(PlaceOf(host, "cpuacct", path), MemberOf(cpu, "usage"));
  }
  JsonValue& throttling = MemberOf(cpu, "throttling");
  SetFigure(throttling, "periods", place.Keyed("/cpu.stat", "nr_periods"));
  SetFigure(throttling, "throttledPeriods", place.Keyed("/cpu.stat", "nr_throttled"));
  SetFigure(
      throttling, "throttledTime",
      place.v2 ? Nanoseconds(place.Keyed("/cpu.stat", "throttled_usec")) : place.Keyed("/cpu.stat", "throttled_time"));
}

}  // namespace berth
