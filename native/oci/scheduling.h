// How the kernel is to treat a process: where it runs, when, and where its memory lies. In the kernel's own numbers.
#pragma once

#include <cstdint>

#include "oci/number_set.h"

namespace berth {

// `process.ioPriority`: IOPRIO_CLASS_* of linux/ioprio.h and a level, 0 the highest.
struct IoPriority {
  int scheduling_class = 0;
  int level = 0;
};

// `process.scheduler`, as sched_setattr(2) takes it. Times in nanoseconds.
struct Scheduler {
  uint32_t policy = 0;
  uint64_t flags = 0;
  int32_t nice = 0;
  uint32_t priority = 0;
  uint64_t runtime = 0;
  uint64_t deadline = 0;
  uint64_t period = 0;
};

// `process.execCPUAffinity`, of processes that join a container. Empty: not said.
struct ExecCpuAffinity {
  NumberSet initial;  // of who makes the process, until that is in the container's cgroup
  NumberSet final;    // of the process from then on
};

// `linux.memoryPolicy`, as set_mempolicy(2) takes it.
struct MemoryPolicy {
  int mode = 0;  // MPOL_* with the flags
  NumberSet nodes;
};

}  // namespace berth
