// admin-guide/cgroup-v1/memory.rst
#include "runtime/cgroup/write.h"

namespace berth {

namespace {

void SetOrUnlimited(CgroupWrites* out, const char* file, const std::optional<int64_t>& bytes) {
  if (bytes && *bytes > 0) {
    out->Set("memory", file, std::to_string(*bytes), Compare::kBytes);
  } else {
    out->Default("memory", file, "-1", Compare::kBytes);
  }
}

}  // namespace

void MemoryV1(const LinuxResources& resources, CgroupWrites* out) {
  // The kernel wants limit <= memsw at every moment; resources.cc writes this pair in the order that fits.
  SetOrUnlimited(out, "memory.limit_in_bytes", resources.memory_limit);
  SetOrUnlimited(out, "memory.memsw.limit_in_bytes", resources.memory_swap);
  SetOrUnlimited(out, "memory.soft_limit_in_bytes", resources.memory_reservation);
  // Kernels since 5.16 take a limit of kernel memory and do nothing with it.
  if (resources.memory_kernel.value_or(0) > 0) {
    out->missing.emplace_back("the kernel limits no kernel memory apart from the rest any more");
  }
  if (resources.memory_kernel_tcp.value_or(0) > 0) {
    out->Set("memory", "memory.kmem.tcp.limit_in_bytes", std::to_string(*resources.memory_kernel_tcp), Compare::kBytes);
  }
  if (resources.memory_swappiness) {
    out->Set("memory", "memory.swappiness", std::to_string(*resources.memory_swappiness));
  } else {
    out->Inherit("memory", "memory.swappiness", "memory.swappiness");
  }
  // memory.oom_control reads back as several lines, the first one "oom_kill_disable 0".
  if (resources.disable_oom_killer) {
    out->Set("memory", "memory.oom_control", "1", Compare::kFirstLine);
  } else {
    out->Default("memory", "memory.oom_control", "0", Compare::kFirstLine);
  }
}

}  // namespace berth
