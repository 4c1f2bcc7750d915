// Puts the members of one layer's archive into its tree: files, links, devices, and whiteouts as overlayfs wants them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "layer/tar_entry.h"
#include "layer/tree.h"

namespace berth::layer {

// True for the names that mark removals: `.wh.<name>`, `.wh..wh..opq`, and what AUFS kept for itself.
bool IsWhiteoutName(const std::string& path);

class EntryWriter {
 public:
  // The tree is borrowed. The umask of the thread is taken to be 0.
  explicit EntryWriter(LayerTree* tree) : tree_(tree) {}

  // Creates a regular file, empty, in the place of whatever was there. Content and FinishFile() follow.
  Result<UniqueFd> CreateFile(const TarEntry& entry);
  Status FinishFile(int fd, const TarEntry& entry);

  // Everything but a regular file's content.
  Status Write(const TarEntry& entry);

  // Attributes of directories, once nothing is written into them any more.
  Status Finish();

  // True where the root hides the layers below altogether.
  [[nodiscard]] bool opaque_root() const { return opaque_root_; }

 private:
  Status WriteWhiteout(const std::string& path);
  Status WriteOpaque(const std::string& directory);
  struct Made {
    bool now = false;  // by this member of the archive
    bool over_whiteout = false;
  };
  Result<Made> MakeDirectory(const Place& place, mode_t mode);
  Status WriteDirectory(const TarEntry& entry, const std::string& path);
  Status WriteHardLink(const TarEntry& entry, const Place& place);
  Status WriteNode(const TarEntry& entry, const Place& place);

  LayerTree* tree_;
  bool inherits_group_ = false;
  bool opaque_root_ = false;
  std::vector<std::pair<std::string, TarEntry>> directories_;
};

}  // namespace berth::layer
