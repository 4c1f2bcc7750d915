// What `events` tells of a cgroup, in the shape that runc gave it and that its readers expect.
#pragma once

#include <cstdint>
#include <string>

#include "oci/json_value.h"
#include "runtime/cgroup/cgroup.h"

namespace berth {

// Members cpu, memory, pids, blkio and hugetlb: times in nanoseconds, sizes in bytes. Figures that this host does not
// measure are left out; a limit that is not set is 0 for pids and the largest number for memory.
JsonValue CgroupStats(const CgroupHost& host, const std::string& path);

// A number that is there: -1 is not.
void SetFigure(JsonValue& object, const char* key, int64_t figure);

// The parts; each fills in its member.
void CpuStats(const CgroupHost& host, const std::string& path, JsonValue& cpu);
void MemoryStats(const CgroupHost& host, const std::string& path, JsonValue& memory);
void BlkioStats(const CgroupHost& host, const std::string& path, JsonValue& blkio);

}  // namespace berth
