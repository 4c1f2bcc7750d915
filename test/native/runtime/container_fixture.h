// A real container for tests: busybox on overlay layers below a temporary directory, its own cgroup, and this process in
// the part of the shim.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "oci/spec.h"
#include "oci/supervise.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/sync.h"

namespace berth {

// How a start and its process ended.
struct Outcome {
  std::optional<SyncMessage> failed;
  std::vector<std::string> warnings;  // "step: what" each
  std::string output;                 // stdout and stderr, or what came from the terminal
  int exit_code = -1;                 // 128 + signal for a signal
};

// A container between Started and its exit.
struct Running {
  pid_t pid = -1;
  UniqueFd output;
  std::optional<SyncMessage> failed;
  std::vector<std::string> warnings;
};

class ContainerFixture {
 public:
  ContainerFixture();
  ContainerFixture(const ContainerFixture&) = delete;
  ContainerFixture& operator=(const ContainerFixture&) = delete;
  ~ContainerFixture();

  // Why tests with containers can't run here; null where they can.
  static const char* Unavailable();

  // Sets the command to `/bin/sh -c script`.
  void Script(const std::string& script);

  Running Start();
  Outcome Run();
  Outcome Finish(Running running);
  // `exec` into a running container; `start_time` is what the caller takes for its init's, 0: the true one.
  Outcome Exec(const Running& running, const Process& process, uint64_t start_time = 0);
  // Reads output until `text` has come; so a test waits for a condition of the container.
  static std::string ReadUntil(const Running& running, const std::string& text);

  // Paths below the fixture's own directory: overlay2/{base,top,c}, containers/a, run/a, volumes/data/_data.
  [[nodiscard]] std::string Path(const std::string& name) const { return base_ + "/" + name; }
  void Write(const std::string& path, const std::string& text) const;
  [[nodiscard]] std::string Read(const std::string& path) const;

  RuntimeSpec spec;
  Supervise supervise;

 private:
  void MakeImage() const;
  void MakeSpec();

  std::string base_;
  CgroupHost cgroups_;
  UniqueFd container_fd_;
  UniqueFd run_fd_;
};

}  // namespace berth
