// Running the hooks of a container, in whatever namespaces the caller stands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "oci/container_state.h"
#include "oci/hooks.h"

namespace berth {

// Runs the hooks one after the other, each in a process group of its own, with the state as JSON on standard input, its
// own environment and no other descriptor; what it prints is kept for its error. The working directory is `cwd_fd`, or the
// caller's where that is -1.
// The first that does not exit with 0 ends the list: an error with errnum 0 that names the hook, how it ended and the last
// line that it printed. One that outlives its timeout is killed with its process group; what a hook that succeeded has
// left running is left alone.
Status RunHooks(const std::vector<Hook>& hooks, const ContainerState& state, int cwd_fd);

// The last line of what a program printed, cut and without what would reach a terminal as more than text.
std::string LastLine(std::string_view output);

}  // namespace berth
