// The table of arm64, as the build makes it there and for these tests: numbers of the kernel's include/uapi/asm-generic/unistd.h.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "support/skip.h"

namespace berth {

namespace {

struct Row {
  std::string_view name;
  std::array<int32_t, 1> numbers;
};

constexpr Row kAarch64[] = {
#if __has_include("seccomp_aarch64.inc")
#include "seccomp_aarch64.inc"
#else
    {"", {-1}},
#endif
};

int NumberOf(std::string_view name) {
  const auto* const found = std::ranges::find(kAarch64, name, &Row::name);
  return found == std::end(kAarch64) ? -2 : found->numbers[0];
}

}  // namespace

TEST_CASE("aarch64: calls have the numbers of that machine") {
  if (std::size(kAarch64) == 1) {
    BERTH_SKIP("this machine's own table is tested by all else");
  }
  constexpr std::pair<std::string_view, int> kKnown[] = {
      {"io_setup", 0},    {"fcntl", 25},         {"ioctl", 29},      {"renameat", 38},      {"statfs", 43},
      {"openat", 56},     {"lseek", 62},         {"read", 63},       {"write", 64},         {"sendfile", 71},
      {"newfstatat", 79}, {"fstat", 80},         {"exit_group", 94}, {"futex", 98},         {"prctl", 167},
      {"getrlimit", 163}, {"socket", 198},       {"mmap", 222},      {"fadvise64", 223},    {"clone", 220},
      {"execve", 221},    {"wait4", 260},        {"prlimit64", 261}, {"seccomp", 277},      {"bpf", 280},
      {"statx", 291},     {"clone3", 435},       {"openat2", 437},   {"memfd_secret", 447}, {"cachestat", 451},
      {"mseal", 462},     {"rt_sigreturn", 139},
  };
  for (const auto& [name, number] : kKnown) {
    CAPTURE(name);
    CHECK(NumberOf(name) == number);
  }
  // Known by name, so that a profile for many machines can be read, but not there.
  for (const char* name :
       {"open", "fork", "stat", "socketcall", "arch_prctl", "modify_ldt", "mmap2", "clock_gettime64"}) {
    CAPTURE(name);
    CHECK(NumberOf(name) == -1);
  }
}

TEST_CASE("aarch64: no two calls have one number") {
  std::vector<int> numbers;
  for (const Row& row : kAarch64) {
    if (row.numbers[0] >= 0) {
      numbers.push_back(row.numbers[0]);
    }
  }
  std::ranges::sort(numbers);
  CHECK(std::ranges::adjacent_find(numbers) == numbers.end());
}

}  // namespace berth
