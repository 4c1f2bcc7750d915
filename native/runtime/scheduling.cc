#include "runtime/scheduling.h"

#include <linux/ioprio.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <limits>

namespace berth {

namespace {

constexpr size_t kMostCpuWords = 128;  // 8192 CPUs, the kernel's most

// sched_setattr(2); libraries disagree about who declares it.
struct SchedulerAttributes {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
};

Status SetPersonality(uint32_t domain) {
  return ::personality(domain) == -1 ? Status(Errno("personality", std::to_string(domain))) : Status();
}

// The kernel takes one off the number of bits that it is told.
Status SetMemoryPolicy(const MemoryPolicy& policy) {
  const bool empty = policy.nodes.empty();
  const uint64_t* const nodes = empty ? nullptr : policy.nodes.data();
  const uint64_t bits = empty ? 0 : policy.nodes.size() * std::numeric_limits<uint64_t>::digits + 1;
  if (::syscall(SYS_set_mempolicy, policy.mode, nodes, bits) != 0) {
    return Errno("set_mempolicy", "mode " + std::to_string(policy.mode));
  }
  return {};
}

Status SetIoPriority(const IoPriority& priority) {
  const auto value = static_cast<int>(IOPRIO_PRIO_VALUE(priority.scheduling_class, priority.level));
  if (::syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, value) != 0) {
    return Errno("ioprio_set",
                 "class " + std::to_string(priority.scheduling_class) + ", level " + std::to_string(priority.level));
  }
  return {};
}

Status SetScheduler(const Scheduler& scheduler) {
  const SchedulerAttributes attributes{.size = sizeof attributes,
                                       .policy = scheduler.policy,
                                       .flags = scheduler.flags,
                                       .nice = scheduler.nice,
                                       .priority = scheduler.priority,
                                       .runtime = scheduler.runtime,
                                       .deadline = scheduler.deadline,
                                       .period = scheduler.period};
  if (::syscall(SYS_sched_setattr, 0, &attributes, 0) != 0) {
    return Errno("sched_setattr", "policy " + std::to_string(scheduler.policy));
  }
  return {};
}

}  // namespace

Status SetScheduling(const RuntimeSpec& spec, const Process& process, Progress& progress) {
  if (spec.personality) {
    progress.step = "personality";
    BERTH_TRY(SetPersonality(*spec.personality));
  }
  if (spec.memory_policy) {
    progress.step = "memory policy";
    BERTH_TRY(SetMemoryPolicy(*spec.memory_policy));
  }
  if (process.io_priority) {
    progress.step = "io priority";
    BERTH_TRY(SetIoPriority(*process.io_priority));
  }
  if (process.scheduler) {
    progress.step = "scheduler";
    BERTH_TRY(SetScheduler(*process.scheduler));
  }
  return {};
}

Result<NumberSet> CpuAffinity() {
  NumberSet cpus(kMostCpuWords);
  const long bytes = ::syscall(SYS_sched_getaffinity, 0, cpus.size() * sizeof cpus.front(), cpus.data());
  if (bytes < 0) {
    return Errno("sched_getaffinity", "own CPUs");
  }
  cpus.resize(static_cast<size_t>(bytes) / sizeof cpus.front());
  return cpus;
}

Status SetCpuAffinity(const NumberSet& cpus) {
  if (::syscall(SYS_sched_setaffinity, 0, cpus.size() * sizeof cpus.front(), cpus.data()) != 0) {
    return Errno("sched_setaffinity", "CPUs");
  }
  return {};
}

Status SetFinalCpuAffinity(const ExecCpuAffinity& affinity) {
  if (!affinity.final.empty()) {
    return SetCpuAffinity(affinity.final);
  }
  return affinity.initial.empty() ? Status() : SetCpuAffinity(NumberSet(kMostCpuWords, ~uint64_t{0}));
}

}  // namespace berth
