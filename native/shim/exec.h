// `berth-shim exec`: runs one more process in a container and relays its streams. Descriptors 3 to 7 are those of
// protocol.h. It stays until the process has ended, attached or not, since somebody must reap it.
#pragma once

namespace berth {

// Returns the exit code of the shim: 0 when the process was run, 1 when it could not be started.
int ExecProcess();

}  // namespace berth
