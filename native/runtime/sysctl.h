// Kernel parameters that belong to a namespace of the container.
#pragma once

#include "base/result.h"
#include "oci/spec.h"
#include "runtime/report.h"

namespace berth {

// The namespace whose sysctl `name` ("net.ipv4.ip_forward", or with slashes) is; an error with errnum 0 where it belongs
// to none, and so would change the host.
Result<NamespaceType> SysctlNamespace(const std::string& name);

// Whether each of spec.sysctl belongs to a namespace that is the container's and not the host's. Call it in the host's.
Status CheckSysctls(const RuntimeSpec& spec, Progress& progress);

// Writes what was checked. Call it within the container's namespaces, in the host's mounts.
Status WriteSysctls(const RuntimeSpec& spec, Progress& progress);

}  // namespace berth
