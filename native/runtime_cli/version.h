#pragma once

#include <string>

namespace berth {

// The newest version of the runtime specification whose configurations are honoured.
inline constexpr const char* kSpecVersion = "1.3.0";

// Name and version on the first line, then the version of the runtime specification, as engines show it.
std::string VersionText();

}  // namespace berth
