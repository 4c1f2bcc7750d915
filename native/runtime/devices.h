// /dev of a container: device nodes and the usual links.
#pragma once

#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"
#include "runtime/report.h"

namespace berth {

// The nodes of a container: null, zero, full, random, urandom, tty, and the spec's own. With /dev bound from the host only
// those of the spec.
std::vector<DeviceNode> DeviceNodes(const RuntimeSpec& spec);

// Makes the nodes, and the links fd, stdin, stdout, stderr, core and ptmx. What is there already must be what would have been
// made. A container in a user namespace can make none: it is lent `mounts`, one for each node.
Status MakeDevices(int root_fd, const RuntimeSpec& spec, const std::vector<UniqueFd>& mounts, Progress& progress);

// DeviceNodes() as detached mounts, made on a filesystem of the host that nothing else sees, with owners by `ids`. The caller
// is in a mount namespace of its own.
Result<std::vector<UniqueFd>> MakeDeviceMounts(const RuntimeSpec& spec, const IdMappings& ids, Progress& progress);

// Puts the terminal behind `terminal_fd` at /dev/console.
Status BindConsole(int root_fd, int terminal_fd);

}  // namespace berth
