// `berth-shim run`: keeps one container. Descriptors 3 to 6 are those of protocol.h.
#pragma once

namespace berth {

// Returns the exit code of the shim: 0 when the container was run, 1 when it could not be started.
int RunContainer();

}  // namespace berth
