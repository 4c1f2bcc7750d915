// A layer's `diff` directory while it is filled. Names in archives are hostile: every path is resolved by the kernel
// beneath the directory's descriptor (openat2 with RESOLVE_IN_ROOT), so symbolic links that came out of the archive lead
// nowhere else, and whatever is created is created by its last component in a directory that is held open.
#pragma once

#include <sys/stat.h>

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth::layer {

// A name without `.` components, doubled or outer slashes; empty for the root itself. `..` and names longer than the kernel
// takes are errors: no image tool writes them.
Result<std::string> NormalPath(const std::string& name);

// Where something is to be created. The descriptor is borrowed, until the next Locate() or Forget().
struct Place {
  int dir_fd = -1;
  std::string leaf;
  bool inherits_group = false;  // the directory has the set-group-ID bit
};

class LayerTree {
 public:
  // `replaced` is a directory on the same file system that takes what a later member of the archive replaces. It isn't
  // deleted at once, so that no inode number is given out twice while the layer is unpacked.
  LayerTree(UniqueFd root, UniqueFd replaced) : root_(std::move(root)), replaced_(std::move(replaced)) {}

  // `path` is normal and not empty. Missing parents are made, 0755.
  Result<Place> Locate(const std::string& path);

  // Opens what is at `path`; the last component isn't followed where it is a symbolic link.
  [[nodiscard]] Result<UniqueFd> Open(const std::string& path, int flags) const;
  [[nodiscard]] Result<UniqueFd> OpenFollowing(const std::string& path, int flags) const;

  // Moves what is at `place` out of the tree. Whiteouts are just removed.
  Status Displace(const Place& place);

  // Hides the lower layers' content of a directory.
  static Status MakeOpaque(int dir_fd);

  // True where something was displaced.
  [[nodiscard]] bool displaced() const { return displaced_ > 0; }
  [[nodiscard]] int root() const { return root_.get(); }

  // The directory that Locate() holds open may no longer be the one of its path.
  void Forget();

 private:
  Result<UniqueFd> OpenParent(const std::string& parent);
  Result<UniqueFd> MakeParents(const std::string& parent);
  Result<UniqueFd> EnterOrMake(const std::string& path, const UniqueFd& above, const std::string& leaf);

  UniqueFd root_;
  UniqueFd replaced_;
  unsigned displaced_ = 0;

  bool cached_ = false;
  std::string cached_path_;
  UniqueFd cached_fd_;
  bool cached_inherits_group_ = false;
};

// True for what overlayfs takes for a whiteout: the character device 0/0.
bool IsWhiteout(const struct stat& info);

}  // namespace berth::layer
