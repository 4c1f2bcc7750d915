// A profile laid out by numbers: for each kind of machine, ranges of system calls that are treated alike.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "oci/seccomp.h"

namespace berth {

// The first clause whose conditions all hold decides.
struct SeccompClause {
  std::vector<SeccompArg> conditions;
  uint32_t result = 0;  // SECCOMP_RET_*
};

struct SeccompDecision {
  std::vector<SeccompClause> clauses;
  uint32_t otherwise = 0;
};

// What holds from `start` to the start of the next range.
struct SeccompRange {
  uint32_t start = 0;
  int decision = -1;    // index of one that looks at arguments
  uint32_t result = 0;  // where there is none
};

struct SeccompMachine {
  uint32_t audit_arch = 0;
  std::vector<SeccompRange> ranges;  // the first starts at 0
};

struct SeccompRules {
  std::vector<SeccompMachine> machines;  // the machine's own first
  std::vector<SeccompDecision> decisions;
};

// Rules are tried in their order and the first that fits decides, else the default. As in runc and crun, a rule that names
// an argument twice is one rule for each of its conditions; and where the default refuses, a call that is newer than
// every one of the profile is answered with ENOSYS, so that programs fall back to what the profile knows.
// An error has errnum 0 and names a system call that no machine has.
Result<SeccompRules> LayOutRules(const Seccomp& seccomp);

// SECCOMP_RET_* of an action.
uint32_t SeccompResult(SeccompAction action, std::optional<uint32_t> errno_ret);

}  // namespace berth
