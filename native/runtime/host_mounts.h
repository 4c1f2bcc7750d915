// What is mounted for a container with the privileges of the host, since its init has none: the root, sources of the host,
// mounts with mapped ids, device nodes. All of it is detached; init puts it into place.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "runtime/report.h"
#include "runtime/rootfs.h"
#include "runtime/user_namespace.h"

namespace berth {

struct HostMounts {
  UniqueFd root;                  // invalid: init mounts it itself
  std::vector<UniqueFd> mounts;   // of the spec's mounts, by their numbers; invalid or absent: as above
  std::vector<UniqueFd> devices;  // of DeviceNodes(), by their numbers; empty: init makes them

  // -1 where it is init's to make.
  [[nodiscard]] int mount(size_t number) const { return number < mounts.size() ? mounts[number].get() : -1; }
};

// Makes what is needed. For a container in a user namespace that is everything but kernel filesystems, on image layers and
// volumes whose ids are mapped; the caller is in a mount namespace of its own then. For others it is what asks for mapped ids.
// `missing`: the namespaces that are made in the user namespace, as JoinNamespaces has it. The others' filesystems are the
// host's to mount, too.
Result<HostMounts> MakeHostMounts(const RootfsOptions& options, const UserNamespace& user, uint64_t missing,
                                  Progress& progress);

}  // namespace berth
