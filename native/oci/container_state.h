// A container's state as the runtime specification has it (runtime.md, "State"): what hooks, seccomp agents and callers of
// `state` are told.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>

namespace berth {

struct ContainerState {
  std::string oci_version = {};
  std::string id;
  std::string status;       // "creating", "created", "running", "stopped"
  pid_t pid = 0;            // of init, as who is told sees it; 0: there is none
  std::string bundle = {};  // absolute
  std::map<std::string, std::string> annotations = {};
};

// An object of strings, on one line.
std::string StringMapJson(const std::map<std::string, std::string>& texts);

// One JSON object on one line.
std::string ContainerStateJson(const ContainerState& state);

}  // namespace berth
