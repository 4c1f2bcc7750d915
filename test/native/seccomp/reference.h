// What a profile means, as rules.h says it: word by word and without any arrangement.
#pragma once

#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <optional>
#include <string>

#include "oci/seccomp.h"
#include "seccomp/syscalls.h"

namespace berth {

class Reference {
 public:
  explicit Reference(const Seccomp& seccomp) : seccomp_(seccomp) {}

  [[nodiscard]] uint32_t Of(const seccomp_data& data) const {
    const auto number = static_cast<uint32_t>(data.nr);
    const int table = TableOf(data.arch, number);
    if (number == UINT32_MAX && table < 0 && data.arch == kSyscallTables[0].audit_arch) {
      return Action(seccomp_.default_action, seccomp_.default_errno_ret);  // no call: a tracer has taken it away
    }
    if (table < 0) {
      return SECCOMP_RET_KILL_PROCESS;
    }
    for (const SeccompRule& rule : seccomp_.syscalls) {
      if (NamesCall(rule, static_cast<size_t>(table), number) && Fits(rule, data)) {
        return Action(rule.action, rule.errno_ret);
      }
    }
    const bool newer = number > Highest(static_cast<size_t>(table));
    return newer && Refuses() ? (SECCOMP_RET_ERRNO | ENOSYS)
                              : Action(seccomp_.default_action, seccomp_.default_errno_ret);
  }

 private:
  [[nodiscard]] int TableOf(uint32_t arch, uint32_t number) const {
    for (size_t table = 0; table < kSyscallTables.size(); ++table) {
      const bool listed = table == 0 || std::ranges::find(seccomp_.architectures, kSyscallTables[table].arch) !=
                                            seccomp_.architectures.end();
      bool in_space = true;
#if defined(__x86_64__)
      const bool x32 = kSyscallTables[table].arch == SeccompArch::kX32;
      in_space = kSyscallTables[table].arch == SeccompArch::kX86 || x32 == (number >= kX32Bit);
#endif
      if (listed && in_space && kSyscallTables[table].audit_arch == arch) {
        return static_cast<int>(table);
      }
    }
    return -1;
  }

  static bool NamesCall(const SeccompRule& rule, size_t table, uint32_t number) {
    return std::ranges::any_of(rule.names, [table, number](const std::string& name) {
      const auto all = AllSyscalls();
      const auto call = std::ranges::find(all, name, &Syscall::name);
      return call != all.end() && call->numbers[table] == static_cast<int64_t>(number);
    });
  }

  static bool Holds(const SeccompArg& arg, const seccomp_data& data) {
    const uint64_t value = data.args[arg.index];
    if (arg.op == SeccompOperator::kMaskedEqual) {
      return (value & arg.value) == arg.value_two;
    }
    // Which of "less", "equal" and "greater" an operator takes, as bits.
    static const std::map<SeccompOperator, unsigned> kTaken = {
        {SeccompOperator::kLess, 1},    {SeccompOperator::kEqual, 2},          {SeccompOperator::kLessOrEqual, 3},
        {SeccompOperator::kGreater, 4}, {SeccompOperator::kGreaterOrEqual, 6}, {SeccompOperator::kNotEqual, 5}};
    const auto order = value <=> arg.value;
    const unsigned found = order < 0 ? 1 : order == 0 ? 2 : 4;
    return (kTaken.at(arg.op) & found) != 0;
  }

  static bool Fits(const SeccompRule& rule, const seccomp_data& data) {
    std::array<int, 6> counts{};
    for (const SeccompArg& arg : rule.args) {
      ++counts[arg.index];
    }
    const auto holds = [&data](const SeccompArg& arg) { return Holds(arg, data); };
    const bool twice = std::ranges::any_of(counts, [](int count) { return count > 1; });
    return twice ? std::ranges::any_of(rule.args, holds) : std::ranges::all_of(rule.args, holds);
  }

  [[nodiscard]] uint32_t Highest(size_t table) const {
    uint32_t highest = 0;
    for (const SeccompRule& rule : seccomp_.syscalls) {
      for (const std::string& name : rule.names) {
        highest = std::max(highest, static_cast<uint32_t>(std::max(FindSyscall(name)->numbers[table], 0)));
      }
    }
    return highest == 0 && !NamesCallAnywhere(table) ? UINT32_MAX : highest;
  }

  [[nodiscard]] bool NamesCallAnywhere(size_t table) const {
    return std::ranges::any_of(seccomp_.syscalls, [table](const SeccompRule& rule) {
      return std::ranges::any_of(rule.names,
                                 [table](const std::string& name) { return FindSyscall(name)->numbers[table] >= 0; });
    });
  }

  [[nodiscard]] bool Refuses() const {
    const SeccompAction action = seccomp_.default_action;
    return action != SeccompAction::kAllow && action != SeccompAction::kLog && action != SeccompAction::kTrace;
  }

  static uint32_t Action(SeccompAction action, std::optional<uint32_t> errno_ret) {
    static const std::map<SeccompAction, uint32_t> kResults = {
        {SeccompAction::kKillProcess, 0x80000000}, {SeccompAction::kKillThread, 0x00000000},
        {SeccompAction::kTrap, 0x00030000},        {SeccompAction::kErrno, 0x00050000},
        {SeccompAction::kNotify, 0x7fc00000},      {SeccompAction::kTrace, 0x7ff00000},
        {SeccompAction::kLog, 0x7ffc0000},         {SeccompAction::kAllow, 0x7fff0000}};
    const bool has_data = action == SeccompAction::kErrno || action == SeccompAction::kTrace;
    return kResults.at(action) + (has_data ? errno_ret.value_or(1) : 0);
  }

  const Seccomp& seccomp_;
};

}  // namespace berth
