#include "seccomp/syscalls.h"

#include <algorithm>

namespace berth {

namespace {

constexpr Syscall kSyscalls[] = {
#include "seccomp_syscalls.inc"
};

static_assert(std::ranges::is_sorted(kSyscalls, {}, &Syscall::name));

// A profile names hundreds of calls, and they are looked up at every start: so by hash, with as many free slots as taken.
constexpr size_t kSlots = 2048;
static_assert(std::size(kSyscalls) * 2 <= kSlots);
constexpr uint16_t kFree = UINT16_MAX;

// FNV-1a.
constexpr size_t SlotOf(std::string_view name) {
  uint32_t hash = 2166136261;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  }
  return (hash ^ hash >> 16U) % kSlots;
}

constexpr std::array<uint16_t, kSlots> MakeSlots() {
  std::array<uint16_t, kSlots> slots{};
  slots.fill(kFree);
  for (size_t i = 0; i < std::size(kSyscalls); ++i) {
    size_t slot = SlotOf(kSyscalls[i].name);
    while (slots[slot] != kFree) {
      slot = (slot + 1) % kSlots;
    }
    slots[slot] = static_cast<uint16_t>(i);
  }
  return slots;
}

constexpr std::array<uint16_t, kSlots> kNames = MakeSlots();

}  // namespace

std::span<const Syscall> AllSyscalls() { return kSyscalls; }

const Syscall* FindSyscall(std::string_view name) {
  for (size_t slot = SlotOf(name); kNames[slot] != kFree; slot = (slot + 1) % kSlots) {
    if (kSyscalls[kNames[slot]].name == name) {
      return &kSyscalls[kNames[slot]];
    }
  }
  return nullptr;
}

}  // namespace berth
