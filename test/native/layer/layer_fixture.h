// A layer directory with things around it that no archive may touch.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "layer/assemble.h"
#include "layer/unpack.h"

namespace berth::layer {

class LayerFixture {
 public:
  LayerFixture();
  LayerFixture(const LayerFixture&) = delete;
  LayerFixture& operator=(const LayerFixture&) = delete;
  ~LayerFixture();

  // Unpacks an archive; `diff_id` empty: any.
  Result<UnpackResult> Run(const std::string& archive, const std::string& diff_id = "", Limits limits = {});
  // The stream put together again from the tree and its tar-split.
  std::string AssembleStream();

  // Path of something in the unpacked tree.
  [[nodiscard]] std::string Path(const std::string& name) const { return diff() + "/" + name; }
  [[nodiscard]] std::string outside() const { return base_ + "/outside"; }
  [[nodiscard]] std::string diff() const { return base_ + "/layer/diff"; }
  [[nodiscard]] std::string split() const { return base_ + "/layer/tar-split.json.gz"; }
  [[nodiscard]] std::optional<struct stat> Stat(const std::string& name) const;
  [[nodiscard]] std::string Read(const std::string& name) const;
  // Value of an extended attribute; nothing where it isn't set.
  [[nodiscard]] std::optional<std::string> Xattr(const std::string& name, const std::string& attribute) const;

  // What stands around the layer, with contents and modes: the same before and after whatever was unpacked.
  [[nodiscard]] std::string Surroundings() const;

 private:
  std::string base_;
};

std::string ReadWhole(const std::string& path);

}  // namespace berth::layer
