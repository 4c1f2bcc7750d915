// Where a cgroup's directories are, hierarchy by hierarchy. Internal to runtime/cgroup.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "runtime/cgroup/cgroup.h"

namespace berth {

// The distinct mount points of the v1 hierarchies (co-mounted controllers share one).
inline std::set<std::string> V1MountPoints(const CgroupHost& host) {
  std::set<std::string> mount_points;
  for (const Controller& controller : host.controllers) {
    if (controller.version == CgroupVersion::kV1 && !controller.mount_point.empty()) {
      mount_points.insert(controller.mount_point);
    }
  }
  return mount_points;
}

// Every hierarchy's mount point, the unified tree last.
inline std::vector<std::string> MountPoints(const CgroupHost& host) {
  const std::set<std::string> v1 = V1MountPoints(host);
  std::vector<std::string> all(v1.begin(), v1.end());
  if (!host.unified.empty()) {
    all.push_back(host.unified);
  }
  return all;
}

}  // namespace berth
