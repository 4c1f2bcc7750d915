// Pipes, and descriptors passed over sockets.
#pragma once

#include <string_view>

#include "base/local_socket.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};
Result<Pipe> MakePipe();

// Sends one record, `descriptor` with it unless it is -1. Never blocks: a local socket has room for a record or its peer
// does not read.
Status SendRecord(int socket, std::string_view head, std::string_view body, int descriptor);

// Takes one byte and the descriptor that came with it; invalid where there was none.
UniqueFd ReceiveDescriptor(int socket);

}  // namespace berth
