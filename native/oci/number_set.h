// Sets of CPUs and of memory nodes, written as the kernel's cpuset files have them: "0-3,7".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace berth {

// Bit n of word n / 64 is number n; the last word has a bit set. This is what sched_setaffinity(2) and set_mempolicy(2) take.
using NumberSet = std::vector<uint64_t>;

// Nothing where the text is no list of numbers below `limit` and of rising ranges. An empty text is the empty set.
std::optional<NumberSet> ParseNumberSet(std::string_view text, uint32_t limit);

}  // namespace berth
