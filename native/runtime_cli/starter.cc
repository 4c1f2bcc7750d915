#include "runtime_cli/starter.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <new>

#include "runtime/namespaces.h"

namespace berth {

namespace {

constexpr size_t kStackSize = size_t{8} << 20;  // as much as a main thread has; only what is touched takes memory
constexpr size_t kGuardSize = size_t{64} << 10;

class Mapping {
 public:
  Mapping(size_t size, int flags)
      : size_(size), start_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0)) {}
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (valid()) {
      ::munmap(start_, size_);
    }
  }
  [[nodiscard]] bool valid() const { return start_ != MAP_FAILED; }
  [[nodiscard]] char* start() const { return static_cast<char*>(start_); }

 private:
  size_t size_;
  void* start_;
};

struct Task {
  const CreateOptions* options = nullptr;
  pid_t init = 0;
};

int Main(void* data) {
  auto* const task = static_cast<Task*>(data);
  if (const auto pid = CreateInit(*task->options)) {
    task->init = *pid;
  }
  return 0;
}

}  // namespace

Result<std::optional<pid_t>> RunStarter(const CreateOptions& options) {
  // A process that shares its memory may not join these.
  const bool own_memory = FindNamespace(*options.spec, NamespaceType::kUser) != nullptr ||
                          FindNamespace(*options.spec, NamespaceType::kTime) != nullptr;
  const Mapping stack(kStackSize, MAP_PRIVATE | MAP_STACK | MAP_NORESERVE);
  const Mapping told(sizeof(Task), MAP_SHARED);
  if (!stack.valid() || !told.valid() || ::mprotect(stack.start(), kGuardSize, PROT_NONE) != 0) {
    return Errno("mmap", "starter");
  }
  auto* const task = new (told.start()) Task{.options = &options};
  const int flags = CLONE_VFORK | (own_memory ? 0 : CLONE_VM) | SIGCHLD;
  const pid_t starter = ::clone(Main, stack.start() + kStackSize, flags, task);
  if (starter < 0) {
    return Errno("clone", "starter");
  }
  while (::waitpid(starter, nullptr, 0) < 0 && errno == EINTR) {
  }
  return task->init == 0 ? std::nullopt : std::optional(task->init);
}

}  // namespace berth
