#include "runtime_cli/update_options.h"

#include <cctype>
#include <charconv>
#include <string_view>

#include "oci/json_write.h"

namespace berth {

namespace {

enum class Kind { kNumber, kBytes, kText };

// What an option of `update` is called in `linux.resources`.
struct Limit {
  const char* option;
  const char* part;
  const char* key;
  Kind kind = Kind::kNumber;
};

constexpr Limit kLimits[] = {
    {"blkio-weight", "blockIO", "weight"},
    {"cpu-period", "cpu", "period"},
    {"cpu-quota", "cpu", "quota"},
    {"cpu-burst", "cpu", "burst"},
    {"cpu-share", "cpu", "shares"},
    {"cpu-rt-period", "cpu", "realtimePeriod"},
    {"cpu-rt-runtime", "cpu", "realtimeRuntime"},
    {"cpu-idle", "cpu", "idle"},
    {"cpuset-cpus", "cpu", "cpus", Kind::kText},
    {"cpuset-mems", "cpu", "mems", Kind::kText},
    {"memory", "memory", "limit", Kind::kBytes},
    {"memory-reservation", "memory", "reservation", Kind::kBytes},
    {"memory-swap", "memory", "swap", Kind::kBytes},
    {"pids-limit", "pids", "limit"},
};

JsonValue Number(int64_t number) { return number < 0 ? JsonValue{number} : JsonValue{static_cast<uint64_t>(number)}; }

Result<int64_t> ParseWhole(const std::string& what, const std::string& text) {
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc() || stop != end) {
    return Fail(0, "", what + " " + text + ": expected a number");
  }
  return number;
}

// Powers of 1024: "" "b" "k" "kb" "kib" … in any case; -1: no unit.
int PowerOf(std::string_view unit) {
  constexpr std::string_view kUnits = "bkmgt";
  if (unit.empty()) {
    return 0;
  }
  const auto power =
      static_cast<int>(kUnits.find(static_cast<char>(std::tolower(static_cast<unsigned char>(unit[0])))));
  const std::string_view rest = unit.substr(1);
  const bool named = rest.empty() || (power > 0 && (rest == "b" || rest == "B" || rest == "ib" || rest == "iB"));
  return named ? power : -1;
}

Result<JsonValue> ValueOf(const Limit& limit, const std::string& text) {
  const std::string what = std::string("--") + limit.option;
  if (limit.kind == Kind::kText) {
    return JsonValue{text};
  }
  BERTH_ASSIGN(const int64_t number, limit.kind == Kind::kBytes ? ParseBytes(what, text) : ParseWhole(what, text));
  return Number(number);
}

}  // namespace

Result<int64_t> ParseBytes(const std::string& what, const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  const int power = problem == std::errc() ? PowerOf({stop, end}) : -1;
  for (int i = 0; i < power; ++i) {
    number *= 1024;
  }
  const bool in_range = number >= 0 && number < static_cast<double>(INT64_MAX);
  if (power < 0 || (!in_range && text != "-1")) {
    return Fail(0, "", what + " " + text + ": expected bytes such as 512m, or -1");
  }
  return static_cast<int64_t>(number);
}

Result<JsonValue> ResourcesOfOptions(const Arguments& arguments) {
  JsonValue resources{JsonMembers()};
  for (const Limit& limit : kLimits) {
    if (arguments.Has(limit.option)) {
      BERTH_ASSIGN(MemberOf(MemberOf(resources, limit.part), limit.key), ValueOf(limit, arguments.Get(limit.option)));
    }
  }
  return resources;
}

}  // namespace berth
