// `berth-shim run`: the zygote, which forks a shim for each container that a command starts. What all shims need alike is
// done once, and a fork costs less than an execve. protocol.h draws what it is asked.
#pragma once

namespace berth {

// Serves until its caller has gone, or has asked for nothing for a while. In a forked shim it returns that shim's exit
// code. `argv` becomes the shim's own: room for `run` and a container's id is what the caller leaves there.
int RunZygote(int argc, char** argv);

}  // namespace berth
