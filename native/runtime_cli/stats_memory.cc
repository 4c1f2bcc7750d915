// cgroup-v1/memory.rst; cgroup-v2.rst, "Memory Interface Files"
#include "oci/json_write.h"
#include "runtime/cgroup/place.h"
#include "runtime/cgroup/text.h"
#include "runtime_cli/stats.h"

namespace berth {

namespace {

// The figure as the file has it, "max" being the largest number there is.
void SetLimit(JsonValue& object, const std::string& text) {
  if (!text.empty()) {
    const auto number = ParseNumber(text);
    MemberOf(object, "limit").data = number ? static_cast<uint64_t>(*number) : UINT64_MAX;
  }
}

void EntryV1(const Place& place, const std::string& prefix, JsonValue& entry) {
  SetLimit(entry, place.Text(prefix + ".limit_in_bytes"));
  SetFigure(entry, "usage", place.Number(prefix + ".usage_in_bytes"));
  SetFigure(entry, "max", place.Number(prefix + ".max_usage_in_bytes"));
  SetFigure(entry, "failcnt", place.Number(prefix + ".failcnt"));
}

void MemoryV1(const Place& place, JsonValue& memory) {
  EntryV1(place, "/memory", MemberOf(memory, "usage"));
  EntryV1(place, "/memory.memsw", MemberOf(memory, "swap"));
  EntryV1(place, "/memory.kmem", MemberOf(memory, "kernel"));
  EntryV1(place, "/memory.kmem.tcp", MemberOf(memory, "kernelTCP"));
}

// As on v1, `swap` is memory and swap together.
void SwapV2(const Place& place, JsonValue& swap) {
  const int64_t swap_used = place.Number("/memory.swap.current");
  const int64_t limit = place.Number("/memory.max");
  const int64_t swap_limit = place.Number("/memory.swap.max");
  if (swap_used >= 0) {
    SetFigure(swap, "usage", place.Number("/memory.current") + swap_used);
    SetLimit(swap, limit < 0 || swap_limit < 0 ? "max" : std::to_string(limit + swap_limit));
  }
}

void MemoryV2(const Place& place, JsonValue& memory) {
  JsonValue& usage = MemberOf(memory, "usage");
  SetLimit(usage, place.Text("/memory.max"));
  SetFigure(usage, "usage", place.Number("/memory.current"));
  SetFigure(usage, "max", place.Number("/memory.peak"));
  SetFigure(usage, "failcnt", place.Keyed("/memory.events", "max"));
  SwapV2(place, MemberOf(memory, "swap"));
}

}  // namespace

void MemoryStats(const CgroupHost& host, const std::string& path, JsonValue& memory) {
  const Place place = PlaceOf(host, "memory", path);
  SetFigure(memory, "cache", place.Keyed("/memory.stat", place.v2 ? "file" : "cache"));
  if (place.v2) {
    MemoryV2(place, memory);
  } else {
    MemoryV1(place, memory);
  }
  JsonValue& raw = MemberOf(memory, "raw");
  for (const auto& [key, number] : place.Table("/memory.stat")) {
    MemberOf(raw, key).data = number;
  }
}

}  // namespace berth
