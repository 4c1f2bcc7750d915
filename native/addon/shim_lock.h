// Whether a shim runs, by the lock that it holds on its run directory for its whole life, and which it is.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace berth::addon {

// A look at the lock does not take it (shim/lock.h), so it never makes a start fail.
bool ShimAlive(const std::string& run_dir);

struct ShimProcess {
  pid_t pid = 0;
  uint64_t start_time = 0;
};
// Who holds the lock, or held it last (shim/lock.h); nothing where there is no such file.
std::optional<ShimProcess> ShimOf(const std::string& run_dir);

}  // namespace berth::addon
