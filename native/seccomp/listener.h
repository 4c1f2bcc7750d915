// Handing a filter's listener to whoever answers its notifications (config-linux.md, "The Container Process State").
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/container_state.h"

namespace berth {

struct ContainerProcess {
  pid_t pid = -1;        // of the process with the filter
  std::string metadata;  // listenerMetadata
  ContainerState state;
};

// The JSON text that goes with the listener.
std::string ContainerProcessState(const ContainerProcess& process);

// Connects to the unix stream socket at listenerPath.
Result<UniqueFd> ConnectListener(const std::string& path);

// Sends `text` and the descriptor as one message.
Status SendListener(int socket_fd, int listener_fd, const std::string& text);

}  // namespace berth
