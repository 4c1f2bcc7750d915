// An attacker: a process that exchanges two names, or does something else, as fast as it can for as long as it lives.
#pragma once

#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string>

namespace berth {

class Attacker {
 public:
  template <typename Work>
  explicit Attacker(Work work)
      : done_(static_cast<std::atomic<unsigned>*>(
            ::mmap(nullptr, sizeof(std::atomic<unsigned>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))),
        pid_(::fork()) {
    while (pid_ == 0) {
      work();
      ++*done_;
    }
  }
  Attacker(const Attacker&) = delete;
  Attacker& operator=(const Attacker&) = delete;
  ~Attacker() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::munmap(done_, sizeof *done_);
  }

  // How often it has done it. Whoever is attacked gives it the processor as often as itself.
  [[nodiscard]] unsigned done() const {
    ::sched_yield();
    return *done_;
  }

 private:
  std::atomic<unsigned>* done_;
  pid_t pid_;
};

// Of the C libraries that we build with not all have renameat2(2).
inline void Exchange(const std::string& a, const std::string& b) {
  ::syscall(SYS_renameat2, AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
}

}  // namespace berth
