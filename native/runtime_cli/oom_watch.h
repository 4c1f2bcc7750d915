// Out-of-memory kills in a cgroup, told as they happen.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "runtime/cgroup/cgroup.h"

namespace berth {

class OomWatch {
 public:
  // Watches from now on: v1 by an eventfd on memory.oom_control (memory.rst, section 9), v2 by inotify on memory.events.
  static Result<OomWatch> Create(const CgroupHost& host, const std::string& path);

  // Readable when the kernel ran out of memory for the cgroup, and when the cgroup goes.
  [[nodiscard]] int fd() const { return fd_.get(); }

  // Kills since the last call. Takes what made the descriptor readable.
  int64_t Take();

  // Whether the kernel has told of a kill that it has not counted yet: v1 tells before it kills. To be looked at again soon.
  [[nodiscard]] bool pending() const { return looks_left_ > 0; }

 private:
  OomWatch(const CgroupHost& host, std::string path) : host_(host), path_(std::move(path)) {}

  const CgroupHost& host_;
  std::string path_;
  UniqueFd fd_;
  int64_t seen_ = 0;
  static constexpr int kLooks = 100;
  int looks_left_ = 0;
};

}  // namespace berth
