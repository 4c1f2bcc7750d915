// admin-guide/cgroup-v1/hugetlb.rst
#include "runtime/cgroup/write.h"

namespace berth {

void HugetlbV1(const LinuxResources& resources, CgroupWrites* out) {
  for (const HugepageLimit& limit : resources.hugepage_limits) {
    out->Set("hugetlb", "hugetlb." + limit.page_size + ".limit_in_bytes", std::to_string(limit.limit), Compare::kBytes);
  }
}

}  // namespace berth
