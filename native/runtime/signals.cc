#include "runtime/signals.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>

namespace berth {

namespace {

// Asked of the kernel: glibc keeps two signals to itself, and leaves them ignored in what posix_spawn starts.
void ResetSignal(int signal) {
  constexpr unsigned long kDefaultAction[8]{};  // the kernel's struct sigaction, whatever the order of its members
  ::syscall(SYS_rt_sigaction, signal, kDefaultAction, nullptr, sizeof(uint64_t));
}

}  // namespace

void SetDefaultSignals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    ResetSignal(signal);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace berth
