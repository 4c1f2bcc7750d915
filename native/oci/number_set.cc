#include "oci/number_set.h"

#include <charconv>

namespace berth {

namespace {

constexpr uint32_t kWordBits = 64;

bool ParseOne(std::string_view text, uint32_t limit, uint32_t& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  return problem == std::errc() && stop == end && number < limit;
}

bool AddRange(std::string_view range, uint32_t limit, NumberSet& set) {
  const size_t dash = range.find('-');
  uint32_t first = 0;
  if (!ParseOne(range.substr(0, dash), limit, first)) {
    return false;
  }
  uint32_t last = first;
  if (dash != std::string_view::npos && (!ParseOne(range.substr(dash + 1), limit, last) || last < first)) {
    return false;
  }
  if (set.size() <= last / kWordBits) {
    set.resize(last / kWordBits + 1);
  }
  for (uint32_t number = first; number <= last; ++number) {
    set[number / kWordBits] |= uint64_t{1} << number % kWordBits;
  }
  return true;
}

}  // namespace

std::optional<NumberSet> ParseNumberSet(std::string_view text, uint32_t limit) {
  NumberSet set;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    if (!AddRange(text.substr(0, comma), limit, set) || comma + 1 == text.size()) {
      return std::nullopt;
    }
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return set;
}

}  // namespace berth
