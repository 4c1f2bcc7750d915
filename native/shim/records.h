// The files beside a container that say what it is and how to keep it.
#pragma once

#include <string>

#include "base/result.h"
#include "oci/spec.h"
#include "oci/supervise.h"

namespace berth {

// config.json and supervise of <root>/containers/<id>. An error names the file.
Result<RuntimeSpec> ReadSpec(int container_fd);
Result<Supervise> ReadSupervise(int container_fd);

// The record without what only a starter needs, so that the resident shim does not hold the layers of its image.
Result<Supervise> ReadSettings(int container_fd);

// `/berth/<stack>/<id>`: the container's cgroup stands beside that of its stack's shims.
std::string ContainerCgroup(const Supervise& settings);

}  // namespace berth
