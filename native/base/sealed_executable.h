// Our own executables, so that no container can overwrite them. A process that enters a container is, until it executes
// the container's command, seen there as /proc/<pid>/exe; a command that is a script with "#!/proc/self/exe" stays it. Who
// holds that file open may write to it once nobody executes it any more (CVE-2019-5736).
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

// An executable file that can't be written to by whoever gets hold of it: it is in a read-only detached mount of its
// directory, so that its pages are still shared; where a mount is refused, a sealed copy in memory.
class SealedExecutable {
 public:
  static Result<SealedExecutable> Of(const std::string& path);

  // What to execute, while this object lives.
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()) + name_; }

 private:
  SealedExecutable(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}

  UniqueFd fd_;
  std::string name_;  // "/<name>" in the directory; empty: the descriptor is the file
};

// Executes this process's own executable again, sealed, with the same arguments and environment. Returns only where it is
// sealed already, and in an error.
Status ExecuteSelfSealed(char* const* argv);

}  // namespace berth
