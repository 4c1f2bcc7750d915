// `hooks` of the runtime specification (config.md, "POSIX-platform Hooks"): programs to run at points of a container's life.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace berth {

struct Hook {
  std::string path;               // absolute
  std::vector<std::string> args;  // argv; empty: the path alone
  std::vector<std::string> env;
  std::optional<uint64_t> timeout_seconds;  // none: no limit
};

// In the order of their points.
struct Hooks {
  // In the runtime's namespaces, once the container's mounts are made and before pivot_root.
  std::vector<Hook> prestart;
  std::vector<Hook> create_runtime;
  // In the container's namespaces, after those; paths are of the runtime's.
  std::vector<Hook> create_container;
  // In the container's namespaces and root, in `start`, before the command is executed.
  std::vector<Hook> start_container;
  // In the runtime's namespaces, after the command is executed; after the container is deleted.
  std::vector<Hook> poststart;
  std::vector<Hook> poststop;
};

inline bool HasHooks(const Hooks& hooks) {
  return !(hooks.prestart.empty() && hooks.create_runtime.empty() && hooks.create_container.empty() &&
           hooks.start_container.empty() && hooks.poststart.empty() && hooks.poststop.empty());
}

}  // namespace berth
