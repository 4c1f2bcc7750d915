#include "addon/zygote.h"

#include <sys/socket.h>

#include <cerrno>
#include <mutex>

#include "addon/spawn.h"
#include "addon/thread_pool.h"
#include "base/local_socket.h"
#include "shim/protocol.h"

namespace berth::addon {

namespace {

struct Zygote {
  std::string path;
  pid_t pid = -1;
  UniqueFd socket;
};

std::mutex mutex;
Zygote zygote;

Result<Zygote> MakeZygote(const std::string& path) {
  BERTH_ASSIGN(SocketPair request, MakeSocketPair(SOCK_SEQPACKET));
  // The place of a container's id in the arguments of the shims.
  const std::string room(kContainerIdLength, '-');
  BERTH_ASSIGN(const pid_t pid, SpawnShim({path, "run", room, {request.theirs.get()}}));
  // It may end long before a command does that stays with its containers.
  RunOnThread([pid] { (void)AwaitShim(pid); });
  return Zygote{path, pid, std::move(request.ours)};
}

Status Send(const std::string& container, const std::vector<int>& fds) {
  return SendWithDescriptors(zygote.socket.get(), container, fds, 0);
}

}  // namespace

Status RequestShim(const std::string& shim_path, const std::string& container, const std::vector<int>& fds) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (zygote.socket.valid() && zygote.path == shim_path) {
    const auto sent = Send(container, fds);
    if (sent || (sent.error().errnum != EPIPE && sent.error().errnum != ECONNRESET)) {
      return sent;
    }
  }
  BERTH_ASSIGN(zygote, MakeZygote(shim_path));
  return Send(container, fds);
}

void EndZygote() {
  const std::lock_guard<std::mutex> lock(mutex);
  if (zygote.socket.valid()) {
    zygote.socket.Reset();
    (void)AwaitShim(zygote.pid);
  }
}

}  // namespace berth::addon
