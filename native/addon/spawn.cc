#include "addon/spawn.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <mutex>

#include "base/sealed_executable.h"
#include "base/unique_fd.h"
#include "shim/protocol.h"

namespace berth::addon {

namespace {

std::mutex shims_mutex;
std::vector<pid_t> shims;

// Made once in the life of the process for each executable.
Result<std::string> SealedPath(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, SealedExecutable> sealed;
  const std::lock_guard<std::mutex> lock(mutex);
  if (const auto known = sealed.find(path); known != sealed.end()) {
    return known->second.path();
  }
  BERTH_ASSIGN(SealedExecutable executable, SealedExecutable::Of(path));
  return sealed.emplace(path, std::move(executable)).first->second.path();
}

class Actions {
 public:
  Actions() { ::posix_spawn_file_actions_init(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }

  // The numbers are those of protocol.h; sources are copied above them first, so that none is overwritten.
  Status Place(const std::vector<int>& fds) {
    for (int fd = 0; fd < kSyncFd; ++fd) {
      ::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", O_RDWR, 0);
    }
    constexpr int kAboveAll = 64;
    for (size_t i = 0; i < fds.size(); ++i) {
      copies_.emplace_back(::fcntl(fds[i], F_DUPFD_CLOEXEC, kAboveAll));
      if (!copies_.back().valid()) {
        return Errno("fcntl", "F_DUPFD_CLOEXEC");
      }
      ::posix_spawn_file_actions_adddup2(&actions_, copies_.back().get(), kSyncFd + static_cast<int>(i));
    }
    return {};
  }

  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
  std::vector<UniqueFd> copies_;
};

class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    ::sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    ::sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | static_cast<short>(POSIX_SPAWN_SETSID));
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }

  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

void Forget(pid_t pid) {
  const std::lock_guard<std::mutex> lock(shims_mutex);
  std::erase(shims, pid);
}

}  // namespace

Result<pid_t> SpawnShim(const ShimCommand& command) {
  Actions actions;
  BERTH_TRY(actions.Place(command.fds));
  const Attributes attributes;
  const char* const argv[] = {"berth-shim", command.command, command.container.c_str(), nullptr};
  const char* const envp[] = {nullptr};
  BERTH_ASSIGN(const std::string path, SealedPath(command.path));
  pid_t pid = -1;
  const int errnum = ::posix_spawn(&pid, path.c_str(), actions.get(), attributes.get(), const_cast<char* const*>(argv),
                                   const_cast<char* const*>(envp));
  if (errnum != 0) {
    return Fail(errnum, "posix_spawn", command.path);
  }
  const std::lock_guard<std::mutex> lock(shims_mutex);
  shims.push_back(pid);
  return pid;
}

std::string AwaitShim(pid_t pid) {
  Forget(pid);
  int wait_status = 0;
  pid_t reaped = -1;
  do {
    reaped = ::waitpid(pid, &wait_status, 0);
  } while (reaped < 0 && errno == EINTR);
  if (reaped < 0) {
    return "berth-shim has gone";
  }
  return WIFSIGNALED(wait_status) ? "berth-shim was ended by signal " + std::to_string(WTERMSIG(wait_status))
                                  : "berth-shim ended with code " + std::to_string(WEXITSTATUS(wait_status));
}

void ReapShims() {
  const std::lock_guard<std::mutex> lock(shims_mutex);
  std::erase_if(shims, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
}

}  // namespace berth::addon
