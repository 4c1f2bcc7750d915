// Mount options as words ("rbind", "nosuid", "size=64m") to what the kernel takes. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oci/spec.h"

namespace berth {

struct MountOptions {
  bool bind = false;
  bool recursive_bind = false;
  // MOUNT_ATTR_* for the mount itself, and for all mounts below it ("rro"). `clear` also holds MOUNT_ATTR__ATIME where an
  // access time option is set.
  uint64_t set = 0;
  uint64_t clear = 0;
  uint64_t recursive_set = 0;
  uint64_t recursive_clear = 0;
  // MS_PRIVATE, MS_SLAVE, MS_SHARED or MS_UNBINDABLE; 0: not said.
  uint64_t propagation = 0;
  bool recursive_propagation = false;
  // Ids of the filesystem are mapped to those of the container ("idmap"), in all mounts below, too ("ridmap").
  bool idmap = false;
  bool recursive_idmap = false;
  // "tmpcopyup": what lies where a tmpfs is mounted is copied into it.
  bool copy_up = false;
  // "remount": no new mount; the one that is there gets other flags.
  bool remount = false;
  // "x-berth.subpath=": what of the source is mounted; empty: all of it. It is resolved by us, see volume_subpath.h.
  std::string subpath;
  // "x-berth.volume=": what the source is called in messages.
  std::string volume;
  // What is left, for the filesystem: key and value, or a flag with an empty value.
  std::vector<std::pair<std::string, std::string>> data;
};

// Whether every new filesystem takes the option, whatever options it has of its own.
bool IsFilesystemFlag(std::string_view option);

// An error has errnum 0 and names the option.
Result<MountOptions> ParseMountOptions(const Mount& mount);

}  // namespace berth
