// A decision that compares one argument with constants, as ranges of its values.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "seccomp/rules.h"

namespace berth {

// What holds from `start` to the start of the next range.
struct ArgumentRange {
  uint64_t start = 0;
  uint32_t result = 0;
};

struct ArgumentRanges {
  unsigned index = 0;                 // of the argument
  std::vector<ArgumentRange> ranges;  // the first starts at 0; neighbours differ
};

// Nothing where a clause has several conditions, masks, or looks at another argument than the first clause does. A list of
// permitted socket families becomes a binary search by this, instead of a comparison for each.
std::optional<ArgumentRanges> AsArgumentRanges(const SeccompDecision& decision);

}  // namespace berth
