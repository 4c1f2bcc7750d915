#include "seccomp/program.h"

#include <linux/seccomp.h>

#include <cstddef>
#include <optional>
#include <utility>

#include "seccomp/argument_ranges.h"
#include "seccomp/assembler.h"

namespace berth {

namespace {

using Label = Assembler::Label;

// The lower half of an argument comes first: both of our machines are little endian.
size_t LowOffset(unsigned index) { return offsetof(seccomp_data, args) + index * sizeof(uint64_t); }
size_t HighOffset(unsigned index) { return LowOffset(index) + sizeof(uint32_t); }
uint32_t Low(uint64_t value) { return static_cast<uint32_t>(value); }
uint32_t High(uint64_t value) { return static_cast<uint32_t>(value >> 32U); }

class Compiler {
 public:
  explicit Compiler(const SeccompRules& rules) : rules_(rules), decisions_(rules.decisions.size()) {}

  std::vector<sock_filter> Make() {
    std::vector<Label> machines;
    for (const SeccompMachine& machine : rules_.machines) {
      machines.push_back(Machine(machine));
    }
    Label next = code_.Return(SECCOMP_RET_KILL_PROCESS);
    for (size_t i = machines.size(); i-- > 0;) {
      next = code_.Jump(BPF_JEQ, rules_.machines[i].audit_arch, machines[i], next);
    }
    code_.Load(offsetof(seccomp_data, arch), next);
    return std::move(code_).Finish();
  }

 private:
  // Binary search of the loaded word over steps that are sorted by `start`; `leaf` makes what a step leads to.
  template <typename Step, typename Leaf>
  Label Search(const std::vector<Step>& steps, size_t begin, size_t end, const Leaf& leaf) {
    if (end - begin == 1) {
      return leaf(steps[begin]);
    }
    const size_t middle = begin + (end - begin) / 2;
    const Label upper = Search(steps, middle, end, leaf);
    const Label lower = Search(steps, begin, middle, leaf);
    return code_.Jump(BPF_JGE, steps[middle].start, upper, lower);
  }

  Label Machine(const SeccompMachine& machine) {
    const Label search = Search(machine.ranges, 0, machine.ranges.size(), [this](const SeccompRange& range) {
      return range.decision < 0 ? code_.Return(range.result) : Decision(static_cast<size_t>(range.decision));
    });
    return code_.Load(offsetof(seccomp_data, nr), search);
  }

  Label Decision(size_t index) {
    if (!decisions_[index]) {
      const SeccompDecision& decision = rules_.decisions[index];
      const auto ranges = AsArgumentRanges(decision);
      decisions_[index] = ranges ? Ranges(*ranges) : Clauses(decision);
    }
    return *decisions_[index];
  }

  Label Clauses(const SeccompDecision& decision) {
    Label next = code_.Return(decision.otherwise);
    for (size_t i = decision.clauses.size(); i-- > 0;) {
      next = Clause(decision.clauses[i], next);
    }
    return next;
  }

  // One upper half of an argument, and what its lower halves lead to.
  struct Half {
    uint32_t start = 0;
    uint32_t result = 0;
  };
  struct Upper {
    uint32_t start = 0;
    std::vector<Half> lower;
  };

  Label Ranges(const ArgumentRanges& argument) {
    const std::vector<Upper> uppers = ByUpperHalf(argument.ranges);
    const Label search = Search(uppers, 0, uppers.size(), [this, &argument](const Upper& upper) {
      const Label lower =
          Search(upper.lower, 0, upper.lower.size(), [this](const Half& half) { return code_.Return(half.result); });
      return upper.lower.size() == 1 ? lower : code_.Load(LowOffset(argument.index), lower);
    });
    return code_.Load(HighOffset(argument.index), search);
  }

  static std::vector<Upper> ByUpperHalf(const std::vector<ArgumentRange>& ranges) {
    std::vector<Upper> uppers;
    uint32_t result = 0;
    for (size_t i = 0; i < ranges.size();) {
      Upper upper{High(ranges[i].start), {}};
      if (Low(ranges[i].start) != 0) {
        upper.lower.push_back({0, result});
      }
      for (; i < ranges.size() && High(ranges[i].start) == upper.start; ++i) {
        result = ranges[i].result;
        upper.lower.push_back({Low(ranges[i].start), result});
      }
      const uint32_t next = upper.start + 1;
      const bool changes_within = upper.lower.size() > 1;
      uppers.push_back(std::move(upper));
      // The last result goes on to the next upper half that has a step of its own.
      const bool has_own = next == 0 || (i < ranges.size() && High(ranges[i].start) == next);
      if (changes_within && !has_own) {
        uppers.push_back({next, {{0, result}}});
      }
    }
    return uppers;
  }

  Label Clause(const SeccompClause& clause, Label no) {
    Label yes = code_.Return(clause.result);
    for (size_t i = clause.conditions.size(); i-- > 0;) {
      yes = Condition(clause.conditions[i], yes, no);
    }
    return yes;
  }

  Label Condition(const SeccompArg& arg, Label yes, Label no) {
    switch (arg.op) {
      case SeccompOperator::kEqual:
        return Equal(arg.index, UINT64_MAX, arg.value, yes, no);
      case SeccompOperator::kNotEqual:
        return Equal(arg.index, UINT64_MAX, arg.value, no, yes);
      case SeccompOperator::kMaskedEqual:
        return Equal(arg.index, arg.value, arg.value_two, yes, no);
      case SeccompOperator::kGreater:
        return Above(BPF_JGT, arg, yes, no);
      case SeccompOperator::kGreaterOrEqual:
        return Above(BPF_JGE, arg, yes, no);
      case SeccompOperator::kLess:
        return Above(BPF_JGE, arg, no, yes);
      case SeccompOperator::kLessOrEqual:
        return Above(BPF_JGT, arg, no, yes);
    }
    return no;
  }

  // Both halves, each masked where the mask takes something away.
  Label Equal(unsigned index, uint64_t mask, uint64_t value, Label yes, Label no) {
    const Label low = EqualHalf(LowOffset(index), Low(mask), Low(value), yes, no);
    return EqualHalf(HighOffset(index), High(mask), High(value), low, no);
  }

  Label EqualHalf(size_t offset, uint32_t mask, uint32_t value, Label yes, Label no) {
    if (mask == 0) {
      return value == 0 ? yes : no;
    }
    Label test = code_.Jump(BPF_JEQ, value, yes, no);
    if (mask != UINT32_MAX) {
      test = code_.And(mask, test);
    }
    return code_.Load(offset, test);
  }

  // The upper halves decide unless they are equal.
  Label Above(uint16_t comparison, const SeccompArg& arg, Label yes, Label no) {
    const Label low = code_.Load(LowOffset(arg.index), code_.Jump(comparison, Low(arg.value), yes, no));
    const Label same = code_.Jump(BPF_JEQ, High(arg.value), low, no);
    return code_.Load(HighOffset(arg.index), code_.Jump(BPF_JGT, High(arg.value), yes, same));
  }

  const SeccompRules& rules_;
  Assembler code_;
  std::vector<std::optional<Label>> decisions_;
};

}  // namespace

std::vector<sock_filter> ProgramOf(const SeccompRules& rules) { return Compiler(rules).Make(); }

}  // namespace berth
