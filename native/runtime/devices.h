// /dev of a container: device nodes and the usual links.
#pragma once

#include <vector>

#include "base/result.h"
#include "oci/spec.h"
#include "runtime/report.h"

namespace berth {

// Makes null, zero, full, random, urandom, tty, the links fd, stdin, stdout, stderr, core and ptmx, and the spec's own
// devices. What is there already must be what would have been made. With /dev bound from the host only the spec's own.
Status MakeDevices(int root_fd, const RuntimeSpec& spec, Progress& progress);

// Puts the terminal behind `terminal_fd` at /dev/console.
Status BindConsole(int root_fd, int terminal_fd);

}  // namespace berth
