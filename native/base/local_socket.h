// Local socket pairs, and descriptors that come over them.
#pragma once

#include <sys/socket.h>

#include <cstddef>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

struct SocketPair {
  UniqueFd ours;
  UniqueFd theirs;
};
// `type` is SOCK_STREAM or SOCK_SEQPACKET. Both ends are O_CLOEXEC.
Result<SocketPair> MakeSocketPair(int type);

// Room for one descriptor in a message's control data, unix(7).
union DescriptorBuffer {
  cmsghdr header;
  char space[CMSG_SPACE(sizeof(int))];
};

struct Received {
  size_t size = 0;      // bytes; 0: the other side has closed
  UniqueFd descriptor;  // O_CLOEXEC; invalid where none came along
};
// Takes what is there, and the descriptor that came with it. `flags` are those of recvmsg(2).
Result<Received> ReceiveWithDescriptor(int socket, void* buffer, size_t size, int flags);

}  // namespace berth
