// What a profile means, as rules.h says it: word by word and without any arrangement.
#pragma once

#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <cerrno>
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
    switch (action) {
      case SeccompAction::kKillProcess:
        return SECCOMP_RET_KILL_PROCESS;
      case SeccompAction::kKillThread:
        return SECCOMP_RET_KILL_THREAD;
      case SeccompAction::kTrap:
        return SECCOMP_RET_TRAP;
      case SeccompAction::kErrno:
        return SECCOMP_RET_ERRNO + errno_ret.value_or(1);
      case SeccompAction::kTrace:
        return SECCOMP_RET_TRACE + errno_ret.value_or(1);
      case SeccompAction::kAllow:
        return SECCOMP_RET_ALLOW;
      case SeccompAction::kLog:
        return SECCOMP_RET_LOG;
      case SeccompAction::kNotify:
        return SECCOMP_RET_USER_NOTIF;
    }
    return 0;
  }

  const Seccomp& seccomp_;
};

}  // namespace berth
