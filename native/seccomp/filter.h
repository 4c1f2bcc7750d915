// A seccomp profile as the program that the kernel runs for each system call.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/seccomp.h"

namespace berth {

struct SeccompFilter {
  std::vector<sock_filter> program;
  unsigned flags = 0;  // SECCOMP_FILTER_FLAG_*
  bool notifies = false;
};

// Compiles a profile, by the meaning that rules.h gives it. An error has errnum 0: an unknown name, a program of more than 4096 instructions.
Result<SeccompFilter> CompileSeccomp(const Seccomp& seccomp);

// EACCES where the profile never lets execve through, with which nothing could be started; EINVAL where it notifies of
// sendmsg, by which the listener itself is sent.
Status CheckStartable(const Seccomp& seccomp, const SeccompFilter& filter);

// Puts the filter on the calling thread, which has no_new_privs or CAP_SYS_ADMIN. Returns the listener of a filter that
// notifies.
Result<UniqueFd> LoadSeccomp(const SeccompFilter& filter);

}  // namespace berth
