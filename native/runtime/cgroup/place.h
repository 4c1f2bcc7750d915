// Reading the files of one controller's cgroup.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "runtime/cgroup/cgroup.h"

namespace berth {

// Directory of the controller's cgroup, and which dialect it speaks. Files are given as "/memory.current".
struct Place {
  std::string directory;  // empty: the host has not mounted the controller
  bool v2 = false;

  // Empty where there is no such file.
  [[nodiscard]] std::string Text(const std::string& file) const;
  // -1: there is none, or it says "max" or as good as that.
  [[nodiscard]] int64_t Number(const std::string& file) const;
  // The number behind `key` in a flat keyed file, or -1.
  [[nodiscard]] int64_t Keyed(const std::string& file, std::string_view key) const;
  // All of a flat keyed file.
  [[nodiscard]] std::map<std::string, uint64_t> Table(const std::string& file) const;
};

Place PlaceOf(const CgroupHost& host, const char* controller, const std::string& path);

}  // namespace berth
