#include "runtime_cli/features_words.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace berth {

bool KernelHasSeccompFlag(std::string_view name) {
  // By its number: the headers of the oldest release lack it.
  constexpr unsigned kWaitKillable = 1U << 5U;
  constexpr std::pair<std::string_view, unsigned> kNumbers[] = {
      {"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
      {"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
      {"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
      {"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", kWaitKillable | SECCOMP_FILTER_FLAG_NEW_LISTENER},
  };
  for (const auto& [known, flags] : kNumbers) {
    if (known == name) {
      return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, nullptr) < 0 && errno == EFAULT;
    }
  }
  return false;
}

}  // namespace berth
