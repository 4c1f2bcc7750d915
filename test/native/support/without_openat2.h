// A process, and all that it starts, to which openat2(2) is refused, as by an old kernel or by a container around us.
#pragma once

#include "seccomp/filter.h"

namespace berth {

// `errnum` is what the call gives from now on: ENOSYS or EPERM.
inline bool RefuseOpenat2(uint32_t errnum) {
  Seccomp profile;
  profile.default_action = SeccompAction::kAllow;
  profile.syscalls.push_back({{"openat2"}, SeccompAction::kErrno, errnum, {}});
  const auto filter = CompileSeccomp(profile);
  return filter && LoadSeccomp(*filter).has_value();
}

}  // namespace berth
