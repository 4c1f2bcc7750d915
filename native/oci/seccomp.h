// `linux.seccomp` of the runtime specification: which system calls a container's processes may make.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace berth {

enum class SeccompAction { kKillProcess, kKillThread, kTrap, kErrno, kTrace, kAllow, kLog, kNotify };

enum class SeccompOperator { kNotEqual, kLess, kLessOrEqual, kEqual, kGreaterOrEqual, kGreater, kMaskedEqual };

// kOther: a machine whose calls can't come here.
enum class SeccompArch { kX86_64, kX86, kX32, kAarch64, kOther };

// Arguments are compared as unsigned 64-bit numbers. kMaskedEqual: (argument & value) == value_two.
struct SeccompArg {
  unsigned index = 0;
  SeccompOperator op = SeccompOperator::kEqual;
  uint64_t value = 0;
  uint64_t value_two = 0;
};

struct SeccompRule {
  std::vector<std::string> names;
  SeccompAction action = SeccompAction::kAllow;
  std::optional<uint32_t> errno_ret;  // kErrno, kTrace; EPERM where absent
  std::vector<SeccompArg> args;
};

struct Seccomp {
  SeccompAction default_action = SeccompAction::kErrno;
  std::optional<uint32_t> default_errno_ret;
  std::vector<SeccompArch> architectures;  // beside the machine's own, which is always there
  std::optional<uint32_t> flags;           // SECCOMP_FILTER_FLAG_*; absent: the runtime's own choice
  std::string listener_path;               // where the listener goes; not empty where a rule notifies
  std::string listener_metadata;
  std::vector<SeccompRule> syscalls;
};

}  // namespace berth
