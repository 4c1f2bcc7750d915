// Where the master of a process's terminal goes.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"
#include "runtime_cli/arguments.h"

namespace berth {

struct Console {
  UniqueFd theirs;  // what the master is sent over; invalid: the process has no terminal
  UniqueFd ours;    // where it arrives, if this process is to relay; else it goes to the socket of `--console-socket`
};

// `relays`: this process stays with the other one, whose terminal then begins with the size of ours. If it doesn't, a
// terminal needs `--console-socket`; and a process without a terminal has no use for it.
Result<Console> OpenConsole(const Arguments& arguments, Process& process, bool relays);

// The master that was sent; invalid where it is not for us.
Result<UniqueFd> ReceiveMaster(Console& console);

}  // namespace berth
