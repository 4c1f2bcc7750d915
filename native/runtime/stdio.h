#pragma once

#include <sys/types.h>

#include "base/result.h"

namespace berth {

// Gives a process's stdio to its user, so that a program that is not root can open /dev/stderr again. /dev/null belongs to
// everybody, and what can't be given is left as it is.
Status OwnStdio(const int (&fds)[3], uid_t uid);

}  // namespace berth
