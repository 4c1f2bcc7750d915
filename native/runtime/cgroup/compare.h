// Whether a cgroup file says what was written into it. Internal to runtime/cgroup.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "runtime/cgroup/write.h"

namespace berth {

bool IsHeld(const CgroupWrite& write, std::string_view content);

// The lines of a file with one for each device, by "major:minor".
std::map<std::string, std::string> ReadTable(const std::string& text);

}  // namespace berth
