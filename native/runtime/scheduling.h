// When, where and as what kind of process the kernel runs a container's process.
#pragma once

#include "base/result.h"
#include "oci/spec.h"
#include "runtime/report.h"

namespace berth {

// Personality, memory policy, I/O priority and scheduler of the caller, each where it is set. To be called in the container's
// cgroup, whose cpuset and realtime budget bound them, and with capabilities. All are kept over execve.
Status SetScheduling(const RuntimeSpec& spec, const Process& process, Progress& progress);

// The CPUs that the caller may run on.
Result<NumberSet> CpuAffinity();
Status SetCpuAffinity(const NumberSet& cpus);

// What execCPUAffinity means once the caller is in the container's cgroup: `final`; where only `initial` was said, all CPUs
// of the cgroup again.
Status SetFinalCpuAffinity(const ExecCpuAffinity& affinity);

}  // namespace berth
