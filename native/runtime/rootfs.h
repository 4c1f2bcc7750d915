// A container's root: mounted, filled and sealed by init in its own mount namespace, then made the only tree it sees.
// In the order of the functions below.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"
#include "oci/supervise.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/report.h"

namespace berth {

struct RootfsOptions {
  const RuntimeSpec* spec = nullptr;
  const Supervise* supervise = nullptr;
  const CgroupHost* cgroups = nullptr;
  int container_fd = -1;  // a relative root.path starts here
};

// Cuts the copy of the host's tree off from the host, and mounts the overlay (or, without layers in the record, the
// directory itself) at root.path.
Result<UniqueFd> MountRootfs(const RootfsOptions& options, Progress& progress);

struct HostMounts;

// Makes a root that the host has lent (see host_mounts.h) part of the caller's tree.
Status AttachRootfs(int root_fd, Progress& progress);

// New volumes, the spec's mounts in their order, devices, the working directory. What the host has lent is only put into place.
Status FillRootfs(int root_fd, const RootfsOptions& options, const HostMounts& lent, Progress& progress);

// Masks, read-only paths, a read-only root.
Status SealRootfs(int root_fd, const RuntimeSpec& spec, Progress& progress);

// Makes it the root of the mount namespace and lets go of the host's tree. The working directory is "/" then.
Status PivotRoot(int root_fd, const RuntimeSpec& spec);

}  // namespace berth
