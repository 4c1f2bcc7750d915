#include "shim/zygote.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/local_socket.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/report.h"
#include "shim/memory.h"
#include "shim/protocol.h"
#include "shim/records.h"
#include "shim/run.h"
#include "shim/shim_process.h"

namespace berth {

namespace {

constexpr int kIdleMs = 100;

struct Request {
  std::string id;
  std::vector<UniqueFd> fds;  // sync, container, run, and the attach stream where there is one
};

// Waits for the next request; none: the caller has gone, or is idle. After an idle time the socket takes no more, so that
// the caller learns it when it sends, and what was sent before is still served.
std::optional<Request> NextRequest() {
  pollfd waiting{kRequestFd, POLLIN, 0};
  int ready = -1;
  do {
    ready = ::poll(&waiting, 1, kIdleMs);
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) {
    ::shutdown(kRequestFd, SHUT_RD);
  }
  std::array<char, kContainerIdLength> id{};
  auto received = ReceiveWithDescriptors(kRequestFd, id.data(), id.size(), MSG_DONTWAIT);
  if (!received || received->size != id.size() || received->descriptors.size() < 3) {
    return std::nullopt;
  }
  return Request{std::string(id.data(), id.size()), std::move(received->descriptors)};
}

// The cgroup of one stack's shims, which the zygote is in itself: shims are born there.
class ShimCgroup {
 public:
  // The request's container says which; commands are for one stack nearly always.
  Status Enter(int container_fd) {
    BERTH_ASSIGN(const Supervise settings, ReadSettings(container_fd));
    if (settings.shim_cgroup == path_) {
      return {};
    }
    if (path_.empty()) {
      BERTH_ASSIGN(host_, DetectCgroupHost());
    }
    BERTH_TRY(CreateCgroup(host_, settings.shim_cgroup));
    BERTH_TRY(JoinAll(host_, settings.shim_cgroup));
    path_ = settings.shim_cgroup;
    return {};
  }

  [[nodiscard]] const CgroupHost& host() const { return host_; }

 private:
  std::string path_;
  CgroupHost host_;
};

// A request outlives a command that was killed: what it asked for is not wanted any more.
bool CallerHasGone(int sync_fd) {
  pollfd caller{sync_fd, 0, 0};
  return ::poll(&caller, 1, 0) > 0 && (caller.revents & POLLHUP) != 0;
}

// The numbers of protocol.h. All are copied above them first, so that none is overwritten.
void PlaceDescriptors(std::vector<UniqueFd> fds) {
  constexpr int kAboveAll = 64;
  std::vector<UniqueFd> copies;
  for (const UniqueFd& fd : fds) {
    copies.emplace_back(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kAboveAll));
  }
  fds.clear();
  for (size_t i = 0; i < copies.size(); ++i) {
    ::dup2(copies[i].get(), kSyncFd + static_cast<int>(i));
  }
  if (kSyncFd + static_cast<int>(copies.size()) == kStreamFd) {
    ::dup2(STDIN_FILENO, kStreamFd);  // /dev/null
  }
}

// Whose shim it is stands in the arguments, for who reads `ps`: in the place of the zygote's own, proc_pid_cmdline(5).
void NameShim(int argc, char** argv, const std::string& id) {
  char* const last = argv[argc - 1];
  const size_t room = std::strlen(last);
  std::memcpy(last, id.data(), std::min(room, id.size()));
}

}  // namespace

int RunZygote(int argc, char** argv) {
  TuneAllocator();
  DetachFromCaller(kRequestFd);
  ProtectFromOomKiller();
  ::signal(SIGCHLD, SIG_IGN);  // shims that end before it are nobody's to wait for
  ShimCgroup cgroup;
  while (auto request = NextRequest()) {
    const int sync_fd = request->fds[0].get();
    if (CallerHasGone(sync_fd)) {
      continue;
    }
    if (const auto entered = cgroup.Enter(request->fds[1].get()); !entered) {
      SendFailed(sync_fd, {"shim cgroup"}, entered.error());
      continue;
    }
    const pid_t pid = ::fork();
    if (pid < 0) {
      SendFailed(sync_fd, {"shim"}, Error{errno, "fork", "berth-shim"});
    } else if (pid == 0) {
      ::signal(SIGCHLD, SIG_DFL);
      NameShim(argc, argv, request->id);
      PlaceDescriptors(std::move(request->fds));
      return RunContainer(cgroup.host());
    }
  }
  return 0;
}

}  // namespace berth
