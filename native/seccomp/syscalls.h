// System calls by name, and the tables of numbers that this machine has.
#pragma once

#include <linux/audit.h>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "oci/seccomp.h"

namespace berth {

// A way of making system calls: the kernel tells it by `audit_arch`; x32 shares x86_64's and has a bit in the number.
struct SyscallTable {
  SeccompArch arch;
  uint32_t audit_arch;
};

#if defined(__x86_64__)
inline constexpr uint32_t kX32Bit = 0x40000000;
inline constexpr std::array<SyscallTable, 3> kSyscallTables = {{{SeccompArch::kX86_64, AUDIT_ARCH_X86_64},
                                                                {SeccompArch::kX86, AUDIT_ARCH_I386},
                                                                {SeccompArch::kX32, AUDIT_ARCH_X86_64}}};
#elif defined(__aarch64__)
inline constexpr std::array<SyscallTable, 1> kSyscallTables = {{{SeccompArch::kAarch64, AUDIT_ARCH_AARCH64}}};
#else
#error "no table of system calls for this machine"
#endif

struct Syscall {
  std::string_view name;
  std::array<int32_t, kSyscallTables.size()> numbers;  // by table; -1: not there
};

// In the order of their names.
std::span<const Syscall> AllSyscalls();

// Null for a name that no machine knows.
const Syscall* FindSyscall(std::string_view name);

}  // namespace berth
