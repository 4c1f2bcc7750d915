#include "seccomp/argument_ranges.h"

#include <algorithm>

namespace berth {

namespace {

bool ComparesOnly(const SeccompClause& clause, unsigned index) {
  return clause.conditions.size() == 1 && clause.conditions.front().index == index &&
         clause.conditions.front().op != SeccompOperator::kMaskedEqual;
}

// Values at which a comparison changes, beside 0.
void AppendStarts(const SeccompArg& arg, std::vector<uint64_t>& starts) {
  const bool at = arg.op != SeccompOperator::kGreater && arg.op != SeccompOperator::kLessOrEqual;
  const bool after = arg.op != SeccompOperator::kLess && arg.op != SeccompOperator::kGreaterOrEqual;
  if (at) {
    starts.push_back(arg.value);
  }
  if (after && arg.value != UINT64_MAX) {
    starts.push_back(arg.value + 1);
  }
}

bool Holds(const SeccompArg& arg, uint64_t value) {
  switch (arg.op) {
    case SeccompOperator::kNotEqual:
      return value != arg.value;
    case SeccompOperator::kLess:
      return value < arg.value;
    case SeccompOperator::kLessOrEqual:
      return value <= arg.value;
    case SeccompOperator::kEqual:
      return value == arg.value;
    case SeccompOperator::kGreaterOrEqual:
      return value >= arg.value;
    case SeccompOperator::kGreater:
      return value > arg.value;
    case SeccompOperator::kMaskedEqual:
      return (value & arg.value) == arg.value_two;
  }
  return false;
}

uint32_t ResultAt(const SeccompDecision& decision, uint64_t value) {
  const auto fits = [value](const SeccompClause& clause) { return Holds(clause.conditions.front(), value); };
  const auto found = std::ranges::find_if(decision.clauses, fits);
  return found == decision.clauses.end() ? decision.otherwise : found->result;
}

}  // namespace

std::optional<ArgumentRanges> AsArgumentRanges(const SeccompDecision& decision) {
  if (decision.clauses.front().conditions.empty()) {
    return std::nullopt;
  }
  const unsigned index = decision.clauses.front().conditions.front().index;
  std::vector<uint64_t> starts{0};
  for (const SeccompClause& clause : decision.clauses) {
    if (!ComparesOnly(clause, index)) {
      return std::nullopt;
    }
    AppendStarts(clause.conditions.front(), starts);
  }
  std::ranges::sort(starts);
  ArgumentRanges found{index, {}};
  for (const uint64_t start : starts) {
    const uint32_t result = ResultAt(decision, start);
    if (found.ranges.empty() || found.ranges.back().result != result) {
      found.ranges.push_back({start, result});
    }
  }
  return found;
}

}  // namespace berth
