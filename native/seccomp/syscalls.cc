#include "seccomp/syscalls.h"

#include <algorithm>

namespace berth {

namespace {

constexpr Syscall kSyscalls[] = {
#include "seccomp_syscalls.inc"
};

static_assert(std::ranges::is_sorted(kSyscalls, {}, &Syscall::name));

}  // namespace

std::span<const Syscall> AllSyscalls() { return kSyscalls; }

const Syscall* FindSyscall(std::string_view name) {
  const auto* const found = std::ranges::lower_bound(kSyscalls, name, {}, &Syscall::name);
  return found != std::end(kSyscalls) && found->name == name ? found : nullptr;
}

}  // namespace berth
