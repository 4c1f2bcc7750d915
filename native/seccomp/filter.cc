#include "seccomp/filter.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "seccomp/assembler.h"
#include "seccomp/rules.h"

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
      const Label search = Search(machine.ranges, 0, machine.ranges.size());
      machines.push_back(code_.Load(offsetof(seccomp_data, nr), search));
    }
    Label next = code_.Return(SECCOMP_RET_KILL_PROCESS);
    for (size_t i = machines.size(); i-- > 0;) {
      next = code_.Jump(BPF_JEQ, rules_.machines[i].audit_arch, machines[i], next);
    }
    code_.Load(offsetof(seccomp_data, arch), next);
    return std::move(code_).Finish();
  }

 private:
  Label Search(const std::vector<SeccompRange>& ranges, size_t begin, size_t end) {
    if (end - begin == 1) {
      const SeccompRange& range = ranges[begin];
      return range.decision < 0 ? code_.Return(range.result) : Decision(static_cast<size_t>(range.decision));
    }
    const size_t middle = begin + (end - begin) / 2;
    const Label upper = Search(ranges, middle, end);
    const Label lower = Search(ranges, begin, middle);
    return code_.Jump(BPF_JGE, ranges[middle].start, upper, lower);
  }

  Label Decision(size_t index) {
    if (!decisions_[index]) {
      const SeccompDecision& decision = rules_.decisions[index];
      Label next = code_.Return(decision.otherwise);
      for (size_t i = decision.clauses.size(); i-- > 0;) {
        next = Clause(decision.clauses[i], next);
      }
      decisions_[index] = next;
    }
    return *decisions_[index];
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

bool Names(const SeccompRule& rule, const char* call) {
  return std::ranges::find(rule.names, call) != rule.names.end();
}

// A call is let through where some rule or, without one that always fits, the default does so.
bool MayPass(const Seccomp& seccomp, const char* call) {
  const auto passes = [](SeccompAction action) {
    return action == SeccompAction::kAllow || action == SeccompAction::kLog || action == SeccompAction::kTrace ||
           action == SeccompAction::kNotify;
  };
  for (const SeccompRule& rule : seccomp.syscalls) {
    if (Names(rule, call) && (passes(rule.action) || rule.args.empty())) {
      return passes(rule.action);
    }
  }
  return passes(seccomp.default_action);
}

}  // namespace

Result<SeccompFilter> CompileSeccomp(const Seccomp& seccomp) {
  BERTH_ASSIGN(const SeccompRules rules, LayOutRules(seccomp));
  SeccompFilter filter;
  filter.program = Compiler(rules).Make();
  if (filter.program.size() > BPF_MAXINSNS) {
    return Fail(0, "seccomp",
                std::to_string(filter.program.size()) + " instructions: the kernel takes no more than " +
                    std::to_string(BPF_MAXINSNS));
  }
  filter.notifies = std::ranges::any_of(seccomp.syscalls,
                                        [](const SeccompRule& rule) { return rule.action == SeccompAction::kNotify; });
  // Without a word as runc: no slower memory barriers for programs that have no secrets from themselves.
  filter.flags = seccomp.flags.value_or(SECCOMP_FILTER_FLAG_SPEC_ALLOW);
  if (filter.notifies) {
    // The kernel has one result to return. There is one thread, so that nothing is lost.
    filter.flags &= ~static_cast<unsigned>(SECCOMP_FILTER_FLAG_TSYNC);
    filter.flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
  }
  return filter;
}

Status CheckStartable(const Seccomp& seccomp, const SeccompFilter& filter) {
  if (!MayPass(seccomp, "execve")) {
    return Fail(EACCES, "seccomp", "the profile does not allow execve");
  }
  const bool asks_for_sendmsg = std::ranges::any_of(seccomp.syscalls, [](const SeccompRule& rule) {
    return rule.action == SeccompAction::kNotify && Names(rule, "sendmsg");
  });
  if (filter.notifies && asks_for_sendmsg) {
    return Fail(EINVAL, "seccomp", "SCMP_ACT_NOTIFY of sendmsg: the listener itself is sent by it");
  }
  return {};
}

Result<UniqueFd> LoadSeccomp(const SeccompFilter& filter) {
  sock_fprog program{static_cast<unsigned short>(filter.program.size()),
                     const_cast<sock_filter*>(filter.program.data())};  // the kernel only reads it
  const long loaded = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter.flags, &program);
  if (loaded < 0) {
    return Errno("seccomp", std::to_string(filter.program.size()) + " instructions");
  }
  return filter.notifies ? UniqueFd(static_cast<int>(loaded)) : UniqueFd();
}

}  // namespace berth
