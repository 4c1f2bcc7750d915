// Scheduling, I/O priority, CPU affinity, memory policy and personality: names to the kernel's numbers. The names are the
// specification's; whether this kernel has what they mean is seen when it is asked.
#include <linux/ioprio.h>

#include <array>

#include "oci/names.h"
#include "oci/spec_parts.h"

namespace berth {

namespace {

constexpr std::array<Named<int>, 3> kIoClasses = {{{"IOPRIO_CLASS_RT", IOPRIO_CLASS_RT},
                                                   {"IOPRIO_CLASS_BE", IOPRIO_CLASS_BE},
                                                   {"IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE}}};

// linux/sched.h, which can't be included beside sched.h.
constexpr std::array<Named<uint32_t>, 7> kPolicies = {{{"SCHED_OTHER", 0},
                                                       {"SCHED_FIFO", 1},
                                                       {"SCHED_RR", 2},
                                                       {"SCHED_BATCH", 3},
                                                       {"SCHED_ISO", 4},
                                                       {"SCHED_IDLE", 5},
                                                       {"SCHED_DEADLINE", 6}}};

constexpr std::array<Named<uint64_t>, 7> kSchedulerFlags = {{{"SCHED_FLAG_RESET_ON_FORK", 0x01},
                                                             {"SCHED_FLAG_RECLAIM", 0x02},
                                                             {"SCHED_FLAG_DL_OVERRUN", 0x04},
                                                             {"SCHED_FLAG_KEEP_POLICY", 0x08},
                                                             {"SCHED_FLAG_KEEP_PARAMS", 0x10},
                                                             {"SCHED_FLAG_UTIL_CLAMP_MIN", 0x20},
                                                             {"SCHED_FLAG_UTIL_CLAMP_MAX", 0x40}}};

// linux/mempolicy.h; those of newer kernels are missing in older headers.
constexpr std::array<Named<int>, 7> kMemoryModes = {{{"MPOL_DEFAULT", 0},
                                                     {"MPOL_PREFERRED", 1},
                                                     {"MPOL_BIND", 2},
                                                     {"MPOL_INTERLEAVE", 3},
                                                     {"MPOL_LOCAL", 4},
                                                     {"MPOL_PREFERRED_MANY", 5},
                                                     {"MPOL_WEIGHTED_INTERLEAVE", 6}}};

constexpr std::array<Named<int>, 3> kMemoryFlags = {
    {{"MPOL_F_NUMA_BALANCING", 1 << 13}, {"MPOL_F_RELATIVE_NODES", 1 << 14}, {"MPOL_F_STATIC_NODES", 1 << 15}}};

// linux/personality.h
constexpr std::array<Named<uint32_t>, 2> kDomains = {{{"LINUX", 0x0000}, {"LINUX32", 0x0008}}};

constexpr uint32_t kMostCpus = 8192;   // the kernel's largest CONFIG_NR_CPUS
constexpr uint32_t kMostNodes = 1024;  // and 1 << CONFIG_NODES_SHIFT

NumberSet ReadNumberSet(JsonObject& object, const char* key, uint32_t limit) {
  auto set = ParseNumberSet(object.String(key), limit);
  if (!set) {
    object.Problem(key, "expected numbers below " + std::to_string(limit) + " and ranges of them, such as 0-3,7");
  }
  return set.value_or(NumberSet());
}

template <typename T, size_t kSize>
T ReadFlags(JsonObject& object, const std::array<Named<T>, kSize>& known) {
  T flags = 0;
  for (const std::string& name : object.Strings("flags")) {
    flags |= ValueOf(object, "flags", name, known);
  }
  return flags;
}

}  // namespace

void ReadIoPriority(JsonObject& object, IoPriority& priority) {
  priority.scheduling_class = ValueOf(object, "class", object.RequiredString("class"), kIoClasses);
  if (!object.Has("priority")) {
    object.Problem("priority", "is missing");
  }
  priority.level = static_cast<int>(object.Int("priority", 0, 7).value_or(0));
}

void ReadScheduler(JsonObject& object, Scheduler& scheduler) {
  scheduler.policy = ValueOf(object, "policy", object.RequiredString("policy"), kPolicies);
  scheduler.nice = static_cast<int32_t>(object.Int("nice", -20, 19).value_or(0));
  scheduler.priority = static_cast<uint32_t>(object.Int("priority", 0, 99).value_or(0));
  scheduler.flags = ReadFlags(object, kSchedulerFlags);
  scheduler.runtime = object.Unsigned("runtime").value_or(0);
  scheduler.deadline = object.Unsigned("deadline").value_or(0);
  scheduler.period = object.Unsigned("period").value_or(0);
}

void ReadExecCpuAffinity(JsonObject& object, ExecCpuAffinity& affinity) {
  affinity.initial = ReadNumberSet(object, "initial", kMostCpus);
  affinity.final = ReadNumberSet(object, "final", kMostCpus);
}

void ReadMemoryPolicy(JsonObject& object, MemoryPolicy& policy) {
  policy.mode = ValueOf(object, "mode", object.RequiredString("mode"), kMemoryModes) | ReadFlags(object, kMemoryFlags);
  policy.nodes = ReadNumberSet(object, "nodes", kMostNodes);
}

void ReadPersonality(JsonObject& object, uint32_t& domain) {
  domain = ValueOf(object, "domain", object.RequiredString("domain"), kDomains);
  if (!object.Strings("flags").empty()) {
    object.Problem("flags", "the specification has none yet");
  }
}

}  // namespace berth
