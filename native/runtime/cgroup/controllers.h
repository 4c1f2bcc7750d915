// Which controllers limits go to, and the writes that they mean there. Internal to runtime/cgroup.
#pragma once

#include <array>
#include <string>

#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/write.h"

namespace berth {

using Mapping = void (*)(const LinuxResources&, CgroupWrites*);

struct ControllerFiles {
  const char* controller;  // v1 name; `io` is blkio's successor
  Mapping v1;
  Mapping v2;
};

inline constexpr std::array<ControllerFiles, 10> kControllers = {{
    {"pids", PidsV1, PidsV2},
    {"cpu", CpuV1, CpuV2},
    {"cpuset", CpusetV1, CpusetV2},
    {"memory", MemoryV1, MemoryV2},
    {"blkio", BlkioV1, nullptr},
    {"io", nullptr, IoV2},
    {"hugetlb", HugetlbV1, HugetlbV2},
    {"rdma", RdmaV1, RdmaV2},
    {"net_cls", NetClsV1, nullptr},
    {"net_prio", NetPrioV1, nullptr},
}};

inline bool IsMounted(const Controller* controller) {
  return controller != nullptr && !controller->mount_point.empty();
}

inline bool IsV2(const Controller* controller) { return controller->version == CgroupVersion::kV2; }

// The directory of a controller's cgroup; empty where the host has not mounted it.
std::string Directory(const CgroupHost& host, const char* controller, const std::string& path);

// What the limits mean for one controller on this host. What is inherited has no value yet.
CgroupWrites WritesOf(const CgroupHost& host, const ControllerFiles& files, const LinuxResources& resources);

// As WritesOf, for a cgroup of which the directory is there: what is inherited is read from its parent.
CgroupWrites WritesIn(const CgroupHost& host, const ControllerFiles& files, const LinuxResources& resources,
                      const std::string& directory);

}  // namespace berth
