// What the limits of a container mean in cgroup files: pure data, made by the per-controller files of v1/ and v2/ and
// carried out or compared by resources.cc. Value in, text out, one write.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "oci/spec.h"

namespace berth {

// How a file's content is compared with what was written.
enum class Compare {
  kText,       // the same text
  kBytes,      // a size, which the kernel rounds down to pages; "max" and v1's largest number are unlimited
  kCpuset,     // a list of numbers such as 0-2,5
  kFirstLine,  // the first line, or the last word of it
  kNever,      // write-only, or a history of writes
};

struct CgroupWrite {
  const char* controller;
  std::string file;
  std::string value;
  Compare compare = Compare::kText;
  // What the kernel gives a new cgroup anyway: written only over an existing one, and skipped where the file is missing.
  bool is_default = false;
  // For a default that is the parent cgroup's value: the parent's file to read it from, once the directory is known.
  // Written only where it differs.
  std::string inherited_from = {};
  // Whether the kernel's configuration decides if there is such a file; the limit is then another file's, too.
  bool if_present = false;
};

// A file with a line per device, "major:minor value". Devices that are not wanted are reset.
struct CgroupTable {
  const char* controller;
  std::string file;
  std::map<std::string, std::string> rows;
  std::string reset;  // value that removes a row
};

struct CgroupWrites {
  std::vector<CgroupWrite> writes;
  std::vector<CgroupTable> tables;
  // Why a limit can't be had, where the controller has no file for it in this version of cgroups.
  std::vector<std::string> missing;

  void Set(const char* controller, std::string file, std::string value, Compare compare = Compare::kText) {
    writes.push_back({controller, std::move(file), std::move(value), compare, false});
  }
  void Default(const char* controller, std::string file, std::string value, Compare compare = Compare::kText) {
    writes.push_back({controller, std::move(file), std::move(value), compare, true});
  }
  void SetIfPresent(const char* controller, std::string file, std::string value, Compare compare) {
    writes.push_back({controller, std::move(file), std::move(value), compare, false, {}, true});
  }
  void Inherit(const char* controller, std::string file, std::string from, Compare compare = Compare::kText) {
    writes.push_back({controller, std::move(file), {}, compare, true, std::move(from)});
  }
};

inline std::string DeviceKey(int64_t major, int64_t minor) {
  return std::to_string(major) + ":" + std::to_string(minor);
}

// v1, one file per controller
void PidsV1(const LinuxResources& resources, CgroupWrites* out);
void CpuV1(const LinuxResources& resources, CgroupWrites* out);
void CpusetV1(const LinuxResources& resources, CgroupWrites* out);
void MemoryV1(const LinuxResources& resources, CgroupWrites* out);
void BlkioV1(const LinuxResources& resources, CgroupWrites* out);
void DevicesV1(const LinuxResources& resources, CgroupWrites* out);
void HugetlbV1(const LinuxResources& resources, CgroupWrites* out);
void NetClsV1(const LinuxResources& resources, CgroupWrites* out);
void RdmaV1(const LinuxResources& resources, CgroupWrites* out);
void NetPrioV1(const LinuxResources& resources, CgroupWrites* out);

// v2, one file per controller
void PidsV2(const LinuxResources& resources, CgroupWrites* out);
void CpuV2(const LinuxResources& resources, CgroupWrites* out);
void CpusetV2(const LinuxResources& resources, CgroupWrites* out);
void MemoryV2(const LinuxResources& resources, CgroupWrites* out);
void IoV2(const LinuxResources& resources, CgroupWrites* out);
void RdmaV2(const LinuxResources& resources, CgroupWrites* out);
void HugetlbV2(const LinuxResources& resources, CgroupWrites* out);

}  // namespace berth
