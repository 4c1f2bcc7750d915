// Pseudo-terminals of a container.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"

namespace berth {

struct Terminal {
  UniqueFd master;
  UniqueFd slave;
};

// Opens a pair in the container's own devpts at /dev/pts beneath `root_fd`. The slave is taken from the master (TIOCGPTPEER)
// and not by path, which a container could point elsewhere. Sets the process's console size where it has one.
Result<Terminal> OpenTerminal(int root_fd, const Process& process);

// Sends a descriptor with SCM_RIGHTS and one byte of data.
Status SendDescriptor(int socket_fd, int fd);

}  // namespace berth
