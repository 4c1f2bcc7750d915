// Profiles and calls at random, such that they meet.
#pragma once

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <random>
#include <string>

#include "oci/seccomp.h"
#include "seccomp/syscalls.h"

namespace berth {

inline seccomp_data Call(size_t table, uint32_t number, std::array<uint64_t, 6> args = {}) {
  seccomp_data data{};
  data.nr = static_cast<int>(number);
  data.arch = kSyscallTables[table].audit_arch;
  std::ranges::copy(args, data.args);
  return data;
}

class RandomProfiles {
 public:
  explicit RandomProfiles(unsigned seed) : random_(seed) {}

  uint32_t Below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }

  // Numbers around which comparisons change, in either half.
  uint64_t Value() {
    static constexpr uint64_t kInteresting[] = {0,           1,          7,          38,
                                                0x7fffffff,  0x80000000, 0xffffffff, 0x100000000,
                                                0x100000007, 0x7E020000, UINT64_MAX, 0x8000000000000000};
    const uint64_t near = kInteresting[Below(std::size(kInteresting))] + Below(3) - 1;
    return Below(4) == 0 ? random_() : near;
  }

  Seccomp Profile() {
    static constexpr SeccompAction kDefaults[] = {
        SeccompAction::kErrno, SeccompAction::kErrno, SeccompAction::kAllow, SeccompAction::kKillThread,
        SeccompAction::kLog,   SeccompAction::kTrap,  SeccompAction::kTrace, SeccompAction::kKillProcess};
    Seccomp seccomp;
    seccomp.default_action = kDefaults[Below(std::size(kDefaults))];
    if (seccomp.default_action == SeccompAction::kErrno && Below(2) == 0) {
      seccomp.default_errno_ret = Below(40);
    }
    for (const SyscallTable& table : kSyscallTables) {
      if (Below(2) == 0) {
        seccomp.architectures.push_back(table.arch);
      }
    }
    for (uint32_t rules = Below(12); rules > 0; --rules) {
      seccomp.syscalls.push_back(OneRule());
    }
    if (Below(2) == 0) {
      AppendComparisons(seccomp);
    }
    return seccomp;
  }

  // A call that a rule may name: its numbers, their neighbours, and any.
  seccomp_data AnyCall(const Seccomp& seccomp) {
    const size_t table = Below(kSyscallTables.size());
    uint32_t number = Below(3) == 0 ? static_cast<uint32_t>(random_()) : Below(560);
    if (!seccomp.syscalls.empty() && Below(3) != 0) {
      const SeccompRule& rule = seccomp.syscalls[Below(static_cast<uint32_t>(seccomp.syscalls.size()))];
      const Syscall* const call = FindSyscall(rule.names[Below(static_cast<uint32_t>(rule.names.size()))]);
      number = static_cast<uint32_t>(call->numbers[table]) + (Below(4) == 0 ? Below(3) - 1 : 0);
    }
    seccomp_data data = Call(table, number, {Value(), Value(), Value(), Value(), Value(), Value()});
    if (Below(40) == 0) {
      data.arch = AUDIT_ARCH_S390X;
    }
    return data;
  }

 private:
  // Many rules for one call, each with one comparison of the same argument: what a list of permitted values looks like.
  void AppendComparisons(Seccomp& seccomp) {
    const auto all = AllSyscalls();
    const std::string name(all[Below(static_cast<uint32_t>(all.size()))].name);
    const unsigned index = Below(6);
    for (uint32_t rules = 2 + Below(20); rules > 0; --rules) {
      const SeccompAction action = Below(3) == 0 ? SeccompAction::kTrap : SeccompAction::kAllow;
      const SeccompArg arg{index, static_cast<SeccompOperator>(Below(6)), Value(), 0};
      seccomp.syscalls.push_back({{name}, action, std::nullopt, {arg}});
    }
  }

  SeccompRule OneRule() {
    static constexpr SeccompAction kActions[] = {
        SeccompAction::kAllow,       SeccompAction::kAllow, SeccompAction::kErrno,
        SeccompAction::kErrno,       SeccompAction::kTrap,  SeccompAction::kTrace,
        SeccompAction::kKillProcess, SeccompAction::kLog,   SeccompAction::kKillThread};
    SeccompRule rule;
    rule.action = kActions[Below(std::size(kActions))];
    if (rule.action == SeccompAction::kErrno && Below(2) == 0) {
      rule.errno_ret = Below(4096);
    }
    // Few names, so that rules meet; sometimes very many.
    const auto all = AllSyscalls();
    const uint32_t pool = Below(2) == 0 ? 8 : static_cast<uint32_t>(all.size());
    for (uint32_t names = Below(8) == 0 ? 60 : 1 + Below(4); names > 0; --names) {
      rule.names.emplace_back(all[Below(pool) * all.size() / pool].name);
    }
    for (uint32_t args = Below(4); args > 0; --args) {
      SeccompArg arg{Below(6), static_cast<SeccompOperator>(Below(7)), Value(), Value()};
      if (arg.op == SeccompOperator::kMaskedEqual && Below(4) != 0) {
        arg.value_two &= arg.value;
      }
      rule.args.push_back(arg);
    }
    return rule;
  }

  std::mt19937_64 random_;
};

}  // namespace berth
