// What `create` works on.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"
#include "runtime_cli/arguments.h"

namespace berth {

struct Bundle {
  std::string path;  // absolute
  UniqueFd dir;
  std::string config;  // text of config.json
  RuntimeSpec spec;    // as it is honoured
};

// Reads config.json of `--bundle` (default: the working directory), or the file of `--config`. Without linux.cgroupsPath
// the cgroup is "/<id>".
// The device rules are those of device_rules.h. The root of a hierarchy, and paths with "." or "..", are refused: a cgroup is killed and removed with its container.
Result<Bundle> OpenBundle(const Arguments& arguments, const std::string& id);

// The specification that the text of a container's config.json holds: the parts of OpenBundle that need no bundle.
Result<RuntimeSpec> ParseConfig(const std::string& text, const std::string& id);

}  // namespace berth
