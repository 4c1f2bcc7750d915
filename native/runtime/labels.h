// Labels of Linux security modules: what the next execve makes of the process.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"

namespace berth {

// Opens the host's /proc to write the process's labels through; invalid where it has none. An error with errnum 0 names the
// property whose security module this host does not have: an unlabelled process would be one without its fence.
Result<UniqueFd> PrepareLabels(const RuntimeSpec& spec, const Process& process);

// Has the caller's next execve change into the process's AppArmor profile and SELinux label. `proc_fd` is of PrepareLabels.
Status LabelNextExec(int proc_fd, const Process& process);

// Writes `value` to <proc>/thread-self/attr/<name>, or <fallback> where the kernel has no such file (none: empty). Fails
// where what is opened does not lie on procfs itself.
Status WriteAttribute(int proc_fd, const std::string& name, const std::string& fallback, const std::string& value);

}  // namespace berth
