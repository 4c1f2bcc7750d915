// admin-guide/cgroup-v1/hugetlb.rst. Reservations are limited where the kernel accounts them, so that a program hears of it
// at mmap and not by SIGBUS; faults always.
#include "runtime/cgroup/write.h"

namespace berth {

void HugetlbV1(const LinuxResources& resources, CgroupWrites* out) {
  for (const HugepageLimit& limit : resources.hugepage_limits) {
    out->Set("hugetlb", "hugetlb." + limit.page_size + ".limit_in_bytes", std::to_string(limit.limit), Compare::kBytes);
    out->SetIfPresent("hugetlb", "hugetlb." + limit.page_size + ".rsvd.limit_in_bytes", std::to_string(limit.limit),
                      Compare::kBytes);
  }
}

}  // namespace berth
