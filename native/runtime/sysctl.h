// Kernel parameters that belong to a namespace of the container.
#pragma once

#include "base/result.h"
#include "oci/spec.h"
#include "runtime/report.h"

namespace berth {

// The namespace whose sysctl `name` ("net.ipv4.ip_forward", or with slashes) is; an error with errnum 0 where it belongs
// to none, and so would change the host.
Result<NamespaceType> SysctlNamespace(const std::string& name);

// Writes spec.sysctl through the caller's /proc, which is checked to be one. Call it within the namespaces.
Status WriteSysctls(const RuntimeSpec& spec, Progress& progress);

}  // namespace berth
