// Local socket pairs, and descriptors that come over them.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

struct SocketPair {
  UniqueFd ours;
  UniqueFd theirs;
};
// `type` is SOCK_STREAM or SOCK_SEQPACKET. Both ends are O_CLOEXEC.
Result<SocketPair> MakeSocketPair(int type);

// At most this many descriptors go with one message.
inline constexpr size_t kMostDescriptors = 4;

// Sends one record whole, and descriptors with it where there are any. `flags` are those of sendmsg(2). EMSGSIZE: the socket
// is a stream that took a part.
Status SendWithDescriptors(int socket, std::string_view record, std::span<const int> descriptors, int flags);

struct ReceivedRecord {
  size_t size = 0;                    // bytes; 0: the other side has closed
  std::vector<UniqueFd> descriptors;  // O_CLOEXEC
};
// Takes what is there, and the descriptors that came with it. `flags` are those of recvmsg(2).
Result<ReceivedRecord> ReceiveWithDescriptors(int socket, void* buffer, size_t size, int flags);

struct Received {
  size_t size = 0;      // bytes; 0: the other side has closed
  UniqueFd descriptor;  // O_CLOEXEC; invalid where none came along
};
// The same for at most one descriptor.
Result<Received> ReceiveWithDescriptor(int socket, void* buffer, size_t size, int flags);

}  // namespace berth
