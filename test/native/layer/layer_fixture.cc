#include "layer/layer_fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/file.h"
#include "base/unique_fd.h"

namespace berth::layer {

namespace fs = std::filesystem;

namespace {

UniqueFd MemoryFile(const std::string& data) {
  UniqueFd fd(::memfd_create("archive", MFD_CLOEXEC));
  if (!fd.valid() || !WriteAll(fd.get(), data, "archive")) {
    throw std::runtime_error("memfd");
  }
  return fd;
}

}  // namespace

std::string ReadWhole(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

LayerFixture::LayerFixture() {
  std::string dir = (fs::temp_directory_path() / "berthtest-layer-XXXXXX").string();
  if (::mkdtemp(dir.data()) == nullptr) {
    throw std::runtime_error("mkdtemp");
  }
  base_ = dir;
  fs::create_directories(diff());
  fs::create_directories(outside());
  std::ofstream(outside() + "/victim") << "untouched";
}

LayerFixture::~LayerFixture() { fs::remove_all(base_); }

Result<UnpackResult> LayerFixture::Run(const std::string& archive, const std::string& diff_id, Limits limits) {
  const UniqueFd fd = MemoryFile(archive);
  return Unpack({{fd.get(), 0, -1}, limits, diff(), split(), "", diff_id});
}

std::string LayerFixture::AssembleStream() {
  const std::string path = base_ + "/assembled";
  {
    const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (const auto result = Assemble({diff(), split(), fd.get()}); !result) {
      throw std::runtime_error("assemble: " + result.error().what);
    }
  }
  std::string text = ReadWhole(path);
  fs::remove(path);
  return text;
}

std::optional<struct stat> LayerFixture::Stat(const std::string& name) const {
  struct stat info{};
  return ::lstat(Path(name).c_str(), &info) == 0 ? std::optional(info) : std::nullopt;
}

std::string LayerFixture::Read(const std::string& name) const { return ReadWhole(Path(name)); }

std::optional<std::string> LayerFixture::Xattr(const std::string& name, const std::string& attribute) const {
  char value[256];
  const ssize_t size = ::lgetxattr(Path(name).c_str(), attribute.c_str(), value, sizeof value);
  return size < 0 ? std::nullopt : std::optional(std::string(value, static_cast<size_t>(size)));
}

std::string LayerFixture::Surroundings() const {
  std::vector<std::string> lines;
  for (auto at = fs::recursive_directory_iterator(base_); at != fs::recursive_directory_iterator(); ++at) {
    if (at->path() == diff() || at->path() == split()) {
      at.disable_recursion_pending();
      continue;
    }
    struct stat info{};
    ::lstat(at->path().c_str(), &info);
    const std::string content = S_ISREG(info.st_mode) ? ReadWhole(at->path()) : "";
    lines.push_back(at->path().string() + " " + std::to_string(info.st_mode) + " " + std::to_string(info.st_nlink) +
                    " " + content);
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  return text;
}

}  // namespace berth::layer
