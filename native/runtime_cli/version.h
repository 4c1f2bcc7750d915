#pragma once

#include <string>

namespace berth {

// Name and version on the first line, then the version of the runtime specification, as engines show it.
std::string VersionText();

}  // namespace berth
