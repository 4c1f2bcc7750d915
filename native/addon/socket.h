// The addon's ends of the shim's channels (shim/protocol.h).
#pragma once

#include <string>
#include <string_view>

#include "base/local_socket.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace berth::addon {

// Connects to the control socket of a run directory. ENOENT, ECONNREFUSED: no shim listens.
Result<UniqueFd> ConnectControl(const std::string& run_dir);

Status SendRecord(int socket, std::string_view record);

struct Record {
  std::string bytes;    // empty: the other side has closed
  UniqueFd descriptor;  // invalid where none came along
};
// Waits for one record of at most `limit` bytes; ETIMEDOUT after `timeout_ms` (-1: never).
Result<Record> ReceiveRecord(int socket, size_t limit, int timeout_ms);

}  // namespace berth::addon
