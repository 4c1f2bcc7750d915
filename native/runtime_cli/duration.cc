#include "runtime_cli/duration.h"

#include <charconv>
#include <string_view>
#include <utility>

namespace berth {

namespace {

// Milliseconds of a unit that `text` begins with, and its length. "ms" stands before "m".
std::pair<double, size_t> UnitOf(std::string_view text) {
  constexpr std::pair<std::string_view, double> kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}};
  for (const auto& [name, milliseconds] : kUnits) {
    if (text.starts_with(name)) {
      return {milliseconds, name.size()};
    }
  }
  return {0, 0};
}

}  // namespace

Result<int64_t> ParseDurationMs(const std::string& what, const std::string& text) {
  constexpr double kMost = 1000.0 * 3'600'000;
  double total = 0;
  bool good = !text.empty();
  for (std::string_view rest = text; good && !rest.empty();) {
    double number = 0;
    const auto [stop, problem] =
        std::from_chars(rest.data(), rest.data() + rest.size(), number, std::chars_format::fixed);
    const bool read = problem == std::errc();
    rest.remove_prefix(read ? static_cast<size_t>(stop - rest.data()) : 0);
    const auto [unit, length] = UnitOf(rest);
    rest.remove_prefix(length);
    good = read && length > 0 && number >= 0;
    total += number * unit;
  }
  if (!good || total < 1 || total > kMost) {
    return Fail(0, "", what + " " + text + ": expected a duration such as 5s or 500ms");
  }
  return static_cast<int64_t>(total);
}

}  // namespace berth
