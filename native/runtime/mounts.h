// Mounts as objects: made detached, given their flags, then attached to a descriptor. So no mount ever stands anywhere
// without its flags, and no path string of a container is given to the kernel.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"
#include "runtime/mount_options.h"

namespace berth {

// ENOSYS, naming the call and the first kernel that has it, where mounts can't be made as objects: there is no other way
// that is as safe, so there is none at all. (fsopen, open_tree and move_mount are of Linux 5.2, mount_setattr of 5.12.)
Status CheckMountCalls();

// A new filesystem, detached. `source` may be empty. The error's `what` has the kernel's own message where there is one.
Result<UniqueFd> NewFilesystem(const std::string& type, const std::string& source, const MountOptions& options);

// A detached copy of the mount at `dir_fd` and `path` (with an empty path: of the object behind the descriptor).
Result<UniqueFd> CloneMount(int dir_fd, const std::string& path, bool recursive);

// Changes flags and propagation as `options` says: those of the mount, then those of the whole tree, as mount_setattr(2) is
// used after mount(2).
Status ChangeMount(int mount_fd, const MountOptions& options);

// The same for a clone, which is private where nothing is said.
Status SetMountOptions(int mount_fd, MountOptions options);

// Maps the ids of a detached mount's filesystem by those of a user namespace, once and for good. EINVAL: the filesystem
// can't, or the kernel can't for this one.
Status SetIdmap(int mount_fd, int userns_fd, bool recursive);

// Makes one mount read-only, or the whole tree of mounts from it.
Status SetReadOnly(int mount_fd, bool recursive);

// Attaches a detached mount on top of what `target_fd` refers to.
Status AttachMount(int mount_fd, int target_fd, const std::string& what);

// Performs one mount of the spec within `root_fd`: makes the target where it is missing, refuses to touch what lies in
// /proc, and the root itself. "bind" sources are paths of the host, but for a part of a volume: see volume_subpath.h. Type "cgroup" is not for this function: see cgroup_mount.h.
Status MountInRoot(int root_fd, const Mount& mount);

// The same in two steps, for what is mounted with the privileges of the host: a detached mount, which a part of a volume is
// found in with the help of `root_fd`, and its place.
Result<UniqueFd> MakeDetached(int root_fd, const Mount& mount, const MountOptions& options);
Status AttachInRoot(int root_fd, int mount_fd, const Mount& mount);

// The target of a mount of a directory, resolved and checked.
Result<UniqueFd> MountTarget(int root_fd, const std::string& destination);

}  // namespace berth
