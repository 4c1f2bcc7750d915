// Which file execve is to be given.
#pragma once

#include <string>

#include "base/result.h"
#include "oci/spec.h"

namespace berth {

// args[0] as it is where it holds a slash, else looked up in PATH of the process's own environment, relative to the
// caller's root, working directory and user. ENOENT: nowhere found. EACCES: found, but not executable for this user.
Result<std::string> FindExecutable(const Process& process);

}  // namespace berth
