// cgroup-v2.rst, "HugeTLB Interface Files": reservations as in v1.
#include "runtime/cgroup/write.h"

namespace berth {

void HugetlbV2(const LinuxResources& resources, CgroupWrites* out) {
  for (const HugepageLimit& limit : resources.hugepage_limits) {
    out->Set("hugetlb", "hugetlb." + limit.page_size + ".max", std::to_string(limit.limit), Compare::kBytes);
    out->SetIfPresent("hugetlb", "hugetlb." + limit.page_size + ".rsvd.max", std::to_string(limit.limit),
                      Compare::kBytes);
  }
}

}  // namespace berth
