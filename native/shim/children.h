// The children of the shim: whom to tell when one ends. The shim is a subreaper, so it may also reap strangers.
#pragma once

#include <sys/types.h>

#include <functional>
#include <vector>

namespace berth {

class Children {
 public:
  using Callback = std::function<void(int wait_status)>;

  // Calls back once, when the child was reaped; at once where it was reaped before anyone asked for it. That happens to
  // an init that fails before the starter has told its pid.
  void Add(pid_t pid, Callback callback);

  // Reaps every child that has ended. To be called on SIGCHLD.
  void Reap();

  // To be called before a start, so that a reused pid is not taken for one that ended before.
  void ForgetStrangers() { strangers_.clear(); }

 private:
  struct Child {
    pid_t pid;
    Callback callback;
  };
  struct Stranger {
    pid_t pid;
    int wait_status;
  };

  void Ended(pid_t pid, int wait_status);

  std::vector<Child> children_;
  std::vector<Stranger> strangers_;
};

}  // namespace berth
