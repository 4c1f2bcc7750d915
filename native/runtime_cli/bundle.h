// What `create` works on.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"

namespace berth {

struct Bundle {
  std::string path;  // absolute
  UniqueFd dir;
  std::string config;  // text of config.json
  RuntimeSpec spec;    // as it is honoured
};

// Reads config.json of the bundle at `path`. Without linux.cgroupsPath the cgroup is "/<id>".
// The device rules are those of device_rules.h. The root of a hierarchy, and paths with "." or "..", are refused: a cgroup is killed and removed with its container.
Result<Bundle> OpenBundle(const std::string& path, const std::string& id);

}  // namespace berth
