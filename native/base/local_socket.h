// Local socket pairs, and descriptors that come over them.
#pragma once

#include <sys/socket.h>

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

// Takes over the descriptor that came with a received message; invalid where there was none.
UniqueFd PassedDescriptor(msghdr* message);

}  // namespace berth
