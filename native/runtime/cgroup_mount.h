// What a container sees at /sys/fs/cgroup: its own cgroup.
#pragma once

#include <string>

#include "base/result.h"
#include "oci/spec.h"
#include "runtime/cgroup/cgroup.h"

namespace berth {

// v2: the cgroup2 tree from the container's cgroup namespace. With v1: a tmpfs with a bind of the container's own cgroup
// for each hierarchy, and of its node in the unified tree. Flags ("ro") are the spec's and hold for all of them.
Status MountCgroups(int root_fd, const Mount& mount, const CgroupHost& host, const std::string& cgroup_path);

}  // namespace berth
