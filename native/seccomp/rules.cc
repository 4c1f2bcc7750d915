#include "seccomp/rules.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <cerrno>

#include "seccomp/syscalls.h"

namespace berth {

namespace {

constexpr size_t kTables = kSyscallTables.size();

// The rules that name one number of a table, in their order: a list through Layout's pool of links.
struct Link {
  uint32_t rule;
  int next;
};
struct Named {
  int first = -1;
  int last = -1;
};

// A table's numbers are dense from its first one on.
using Entries = std::vector<Named>;

bool Refuses(SeccompAction action) {
  return action == SeccompAction::kErrno || action == SeccompAction::kKillProcess ||
         action == SeccompAction::kKillThread || action == SeccompAction::kTrap;
}

bool NamesAnArgumentTwice(const SeccompRule& rule) {
  unsigned seen = 0;
  for (const SeccompArg& arg : rule.args) {
    if ((seen >> arg.index & 1U) != 0) {
      return true;
    }
    seen |= 1U << arg.index;
  }
  return false;
}

void AppendClauses(const SeccompRule& rule, std::vector<SeccompClause>& clauses) {
  const uint32_t result = SeccompResult(rule.action, rule.errno_ret);
  if (!NamesAnArgumentTwice(rule)) {
    clauses.push_back({rule.args, result});
    return;
  }
  for (const SeccompArg& arg : rule.args) {
    clauses.push_back({{arg}, result});
  }
}

class Layout {
 public:
  explicit Layout(const Seccomp& seccomp)
      : seccomp_(seccomp), default_(SeccompResult(seccomp.default_action, seccomp.default_errno_ret)) {}

  Result<SeccompRules> Make() {
    BERTH_TRY(Collect());
    for (size_t table = 0; table < kTables; ++table) {
      if (Listed(table)) {
        LayOut(table);
      }
    }
    return std::move(rules_);
  }

 private:
  [[nodiscard]] bool Listed(size_t table) const {
    return table == 0 ||
           std::ranges::find(seccomp_.architectures, kSyscallTables[table].arch) != seccomp_.architectures.end();
  }

  Status Collect() {
    for (uint32_t rule = 0; rule < seccomp_.syscalls.size(); ++rule) {
      for (const std::string& name : seccomp_.syscalls[rule].names) {
        const Syscall* const call = FindSyscall(name);
        if (call == nullptr) {
          return Fail(0, "seccomp", "no system call is named '" + name + "'");
        }
        for (size_t table = 0; table < kTables; ++table) {
          if (call->numbers[table] >= 0) {
            Note(table, static_cast<uint32_t>(call->numbers[table]) - FirstNumber(table), rule);
          }
        }
      }
    }
    return {};
  }

  void Note(size_t table, uint32_t index, uint32_t rule) {
    std::vector<Named>& numbers = entries_[table];
    if (numbers.size() <= index) {
      numbers.resize(index + 1);
    }
    Named& named = numbers[index];
    const int link = static_cast<int>(links_.size());
    links_.push_back({rule, -1});
    (named.last < 0 ? named.first : links_[static_cast<size_t>(named.last)].next) = link;
    named.last = link;
  }

  // A table goes behind the one with the same audit architecture: x32's numbers are above all of x86_64's.
  void LayOut(size_t table) {
    const uint32_t audit_arch = kSyscallTables[table].audit_arch;
    const uint32_t first = FirstNumber(table);
    auto machine = std::ranges::find(rules_.machines, audit_arch, &SeccompMachine::audit_arch);
    if (machine == rules_.machines.end()) {
      machine = rules_.machines.insert(rules_.machines.end(), {audit_arch, {}});
    } else {
      // What was to hold to the end ends here.
      std::erase_if(machine->ranges, [first](const SeccompRange& range) { return range.start >= first; });
    }
    ranges_ = &machine->ranges;
    Add(first, Plain(default_));
    const std::vector<Named>& numbers = entries_[table];
    for (uint32_t index = 0; index < numbers.size(); ++index) {
      Add(first + index, numbers[index].first < 0 ? Plain(default_) : Decide(numbers[index]));
    }
    if (!numbers.empty() && Refuses(seccomp_.default_action)) {
      Add(first + static_cast<uint32_t>(numbers.size()), Plain(SECCOMP_RET_ERRNO | ENOSYS));
    } else {
      Add(first + static_cast<uint32_t>(numbers.size()), Plain(default_));
    }
    EndTable(table);
  }

#if defined(__x86_64__)
  static uint32_t FirstNumber(size_t table) { return kSyscallTables[table].arch == SeccompArch::kX32 ? kX32Bit : 0; }

  // Without x32 in the profile its calls are those of a foreign machine. -1 is no call: a tracer has taken it away.
  void EndTable(size_t table) {
    if (kSyscallTables[table].arch == SeccompArch::kX86_64) {
      Add(kX32Bit, Plain(SECCOMP_RET_KILL_PROCESS));
      Add(UINT32_MAX, Plain(default_));
    }
  }
#else
  static uint32_t FirstNumber(size_t) { return 0; }
  void EndTable(size_t) {}
#endif

  static SeccompRange Plain(uint32_t result) { return {0, -1, result}; }

  // Of the rules that name one call, what is up to the first that always fits.
  SeccompRange Decide(const Named& named) {
    applying_.clear();
    uint32_t otherwise = default_;
    for (int link = named.first; link >= 0; link = links_[static_cast<size_t>(link)].next) {
      const uint32_t rule = links_[static_cast<size_t>(link)].rule;
      if (seccomp_.syscalls[rule].args.empty()) {
        otherwise = SeccompResult(seccomp_.syscalls[rule].action, seccomp_.syscalls[rule].errno_ret);
        break;
      }
      applying_.push_back(rule);
    }
    return applying_.empty() ? Plain(otherwise) : SeccompRange{0, DecisionOf(applying_, otherwise), 0};
  }

  // Equal ones are one, and so become one piece of the program.
  int DecisionOf(const std::vector<uint32_t>& applying, uint32_t otherwise) {
    for (size_t i = 0; i < made_of_.size(); ++i) {
      if (made_of_[i] == applying && rules_.decisions[i].otherwise == otherwise) {
        return static_cast<int>(i);
      }
    }
    SeccompDecision decision{{}, otherwise};
    for (const uint32_t rule : applying) {
      AppendClauses(seccomp_.syscalls[rule], decision.clauses);
    }
    made_of_.push_back(applying);
    rules_.decisions.push_back(std::move(decision));
    return static_cast<int>(rules_.decisions.size()) - 1;
  }

  void Add(uint32_t start, SeccompRange range) {
    range.start = start;
    if (!ranges_->empty() && ranges_->back().start == start) {
      ranges_->pop_back();
    }
    const bool same =
        !ranges_->empty() && ranges_->back().decision == range.decision && ranges_->back().result == range.result;
    if (!same) {
      ranges_->push_back(range);
    }
  }

  const Seccomp& seccomp_;
  uint32_t default_;
  std::array<Entries, kTables> entries_;
  std::vector<Link> links_;
  std::vector<uint32_t> applying_;
  SeccompRules rules_;
  std::vector<std::vector<uint32_t>> made_of_;
  std::vector<SeccompRange>* ranges_ = nullptr;
};

}  // namespace

uint32_t SeccompResult(SeccompAction action, std::optional<uint32_t> errno_ret) {
  switch (action) {
    case SeccompAction::kKillProcess:
      return SECCOMP_RET_KILL_PROCESS;
    case SeccompAction::kKillThread:
      return SECCOMP_RET_KILL_THREAD;
    case SeccompAction::kTrap:
      return SECCOMP_RET_TRAP;
    case SeccompAction::kErrno:
      return SECCOMP_RET_ERRNO | errno_ret.value_or(EPERM);
    case SeccompAction::kTrace:
      return SECCOMP_RET_TRACE | errno_ret.value_or(EPERM);
    case SeccompAction::kAllow:
      return SECCOMP_RET_ALLOW;
    case SeccompAction::kLog:
      return SECCOMP_RET_LOG;
    case SeccompAction::kNotify:
      return SECCOMP_RET_USER_NOTIF;
  }
  return SECCOMP_RET_KILL_PROCESS;
}

Result<SeccompRules> LayOutRules(const Seccomp& seccomp) { return Layout(seccomp).Make(); }

}  // namespace berth
