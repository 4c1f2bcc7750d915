// The lock that a shim holds on its run directory for its whole life.
#pragma once

#include <string>

namespace berth::addon {

// A look at the lock does not take it (shim/lock.h), so it never makes a start fail.
bool ShimAlive(const std::string& run_dir);

}  // namespace berth::addon
