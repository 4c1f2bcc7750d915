// cgroup-v2.rst, "Memory Interface Files". Swappiness and the OOM switch have no file here: the planner warns of them.
#include "runtime/cgroup/write.h"

namespace berth {

namespace {

void SetOrDefault(CgroupWrites* out, const char* file, int64_t bytes, const char* fallback) {
  if (bytes > 0) {
    out->Set("memory", file, std::to_string(bytes), Compare::kBytes);
  } else {
    out->Default("memory", file, fallback, Compare::kBytes);
  }
}

}  // namespace

void MemoryV2(const LinuxResources& resources, CgroupWrites* out) {
  const int64_t limit = resources.memory_limit.value_or(-1);
  SetOrDefault(out, "memory.max", limit, "max");
  SetOrDefault(out, "memory.low", resources.memory_reservation.value_or(-1), "0");
  // The specification's `swap` is memory plus swap; the file holds swap alone.
  const int64_t both = resources.memory_swap.value_or(-1);
  if (both > 0 && limit > 0) {
    out->Set("memory", "memory.swap.max", std::to_string(both - limit), Compare::kBytes);
  } else {
    out->Default("memory", "memory.swap.max", "max", Compare::kBytes);
  }
  if (resources.memory_kernel.value_or(0) > 0) {
    out->missing.emplace_back("cgroup v2 has nothing of the kind for kernel");
  }
  if (resources.memory_kernel_tcp.value_or(0) > 0) {
    out->missing.emplace_back("cgroup v2 has nothing of the kind for kernelTCP");
  }
}

}  // namespace berth
