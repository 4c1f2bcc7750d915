#pragma once

#include <string>

#include "base/result.h"

namespace berth {

// Writes config.json of a plain container into the directory `bundle`: a shell on a terminal, in namespaces of its own,
// with what the specification and engines keep a container from. EEXIST: there is one.
Status WriteSpec(const std::string& bundle);

}  // namespace berth
