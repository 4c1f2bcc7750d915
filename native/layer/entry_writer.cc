#include "layer/entry_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <string_view>

#include "base/file.h"
#include "layer/attributes.h"

namespace berth::layer {

namespace {

constexpr std::string_view kPrefix = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";

std::string_view LeafOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string ParentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

// Runs a call that creates something; where that exists already, once more after it was moved away.
template <typename F>
Status CreateOver(LayerTree* tree, const Place& place, const char* call, F create) {
  if (create()) {
    return {};
  }
  if (errno == EEXIST) {
    BERTH_TRY(tree->Displace(place));
    if (create()) {
      return {};
    }
  }
  return Errno(call, place.leaf);
}

bool SameFile(const Place& a, const Place& b) {
  struct stat info_a{};
  struct stat info_b{};
  return ::fstatat(a.dir_fd, a.leaf.c_str(), &info_a, AT_SYMLINK_NOFOLLOW) == 0 &&
         ::fstatat(b.dir_fd, b.leaf.c_str(), &info_b, AT_SYMLINK_NOFOLLOW) == 0 && info_a.st_ino == info_b.st_ino;
}

mode_t FormatOf(EntryType type) {
  return type == EntryType::kCharDevice ? S_IFCHR : type == EntryType::kBlockDevice ? S_IFBLK : S_IFIFO;
}

}  // namespace

bool IsWhiteoutName(const std::string& path) { return LeafOf(path).starts_with(kPrefix); }

Result<UniqueFd> EntryWriter::CreateFile(const TarEntry& entry) {
  BERTH_ASSIGN(const std::string path, NormalPath(entry.name));
  if (path.empty()) {
    return Fail(0, "tar", "the root of a layer is not a directory");
  }
  BERTH_ASSIGN(const Place place, tree_->Locate(path));
  inherits_group_ = place.inherits_group;
  int fd = -1;
  BERTH_TRY(CreateOver(tree_, place, "open", [&] {
    fd = ::openat(place.dir_fd, place.leaf.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, entry.mode);
    return fd >= 0;
  }));
  if (tree_->displaced()) {
    tree_->Forget();
  }
  return UniqueFd(fd);
}

Status EntryWriter::FinishFile(int fd, const TarEntry& entry) { return SetFileAttributes(fd, entry, inherits_group_); }

Status EntryWriter::Write(const TarEntry& entry) {
  BERTH_ASSIGN(const std::string path, NormalPath(entry.name));
  if (IsWhiteoutName(path)) {
    return WriteWhiteout(path);
  }
  if (entry.type == EntryType::kDirectory) {
    return WriteDirectory(entry, path);
  }
  if (path.empty()) {
    return Fail(0, "tar", "the root of a layer is not a directory");
  }
  BERTH_ASSIGN(const Place place, tree_->Locate(path));
  BERTH_TRY(entry.type == EntryType::kHardLink ? WriteHardLink(entry, place) : WriteNode(entry, place));
  // A symbolic link may have taken the place of a directory on the way to what comes next.
  if (tree_->displaced()) {
    tree_->Forget();
  }
  return {};
}

// A whiteout speaks of the layers below, so it never removes what this layer holds itself.
Status EntryWriter::WriteWhiteout(const std::string& path) {
  const std::string leaf(LeafOf(path));
  if (leaf == kOpaque) {
    return WriteOpaque(ParentOf(path));
  }
  if (leaf.starts_with(".wh..wh.")) {
    return {};
  }
  const std::string victim = leaf.substr(kPrefix.size());
  if (victim.empty() || victim == "." || victim == "..") {
    return Fail(0, "tar", "a whiteout of nothing in the layer: " + path);
  }
  BERTH_ASSIGN(const Place place, tree_->Locate(path));
  if (::mknodat(place.dir_fd, victim.c_str(), S_IFCHR, ::makedev(0, 0)) == 0) {
    return {};
  }
  if (errno != EEXIST) {
    return Errno("mknod", victim);
  }
  auto directory = OpenAt(place.dir_fd, victim, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  return directory ? LayerTree::MakeOpaque(directory->get()) : Status{};
}

Status EntryWriter::WriteOpaque(const std::string& directory) {
  if (directory.empty()) {
    opaque_root_ = true;
    return LayerTree::MakeOpaque(tree_->root());
  }
  // Any name in it makes Locate() open the directory.
  BERTH_ASSIGN(const Place place, tree_->Locate(directory + "/" + std::string(kOpaque)));
  return LayerTree::MakeOpaque(place.dir_fd);
}

// A directory that is there already stays, with what is in it.
Result<EntryWriter::Made> EntryWriter::MakeDirectory(const Place& place, mode_t mode) {
  const char* leaf = place.leaf.c_str();
  const auto make = [&] { return ::mkdirat(place.dir_fd, leaf, mode) == 0; };
  if (make()) {
    return Made{true, false};
  }
  struct stat info{};
  const bool present = errno == EEXIST && ::fstatat(place.dir_fd, leaf, &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (present && S_ISDIR(info.st_mode)) {
    tree_->Forget();
    return Made{};
  }
  BERTH_TRY(CreateOver(tree_, place, "mkdir", make));
  return Made{true, present && IsWhiteout(info)};
}

Status EntryWriter::WriteDirectory(const TarEntry& entry, const std::string& path) {
  Made made;
  bool inherits_group = false;
  if (!path.empty()) {
    BERTH_ASSIGN(const Place place, tree_->Locate(path));
    inherits_group = place.inherits_group;
    BERTH_ASSIGN(made, MakeDirectory(place, entry.mode));
  }
  if (tree_->displaced()) {
    tree_->Forget();
  }
  BERTH_ASSIGN(const UniqueFd fd, tree_->Open(path, O_RDONLY | O_DIRECTORY));
  BERTH_TRY(SetDirectoryOwner(fd.get(), entry, made.now, inherits_group));
  if (made.over_whiteout) {
    BERTH_TRY(LayerTree::MakeOpaque(fd.get()));
  }
  directories_.emplace_back(path, entry);
  return {};
}

// Links are made by the target's own last component: a symbolic link there is linked, not followed.
Status EntryWriter::WriteHardLink(const TarEntry& entry, const Place& place) {
  BERTH_ASSIGN(const std::string target_path, NormalPath(entry.link));
  const std::string parent = ParentOf(target_path);
  auto parent_fd = target_path.empty() ? Result<UniqueFd>(Fail(EPERM, "link", entry.link))
                                       : tree_->OpenFollowing(parent, O_RDONLY | O_DIRECTORY);
  if (!parent_fd) {
    return Wrap(std::move(parent_fd).error(), "hard link to " + entry.link);
  }
  const Place target{parent_fd->get(), std::string(LeafOf(target_path)), false};
  if (SameFile(place, target)) {
    return {};
  }
  return CreateOver(tree_, place, "link", [&] {
    return ::linkat(target.dir_fd, target.leaf.c_str(), place.dir_fd, place.leaf.c_str(), 0) == 0;
  });
}

Status EntryWriter::WriteNode(const TarEntry& entry, const Place& place) {
  const char* leaf = place.leaf.c_str();
  if (entry.type == EntryType::kSymlink) {
    BERTH_TRY(
        CreateOver(tree_, place, "symlink", [&] { return ::symlinkat(entry.link.c_str(), place.dir_fd, leaf) == 0; }));
  } else {
    const mode_t mode = FormatOf(entry.type) | entry.mode;
    const dev_t device = entry.type == EntryType::kFifo ? 0 : ::makedev(entry.device_major, entry.device_minor);
    BERTH_TRY(CreateOver(tree_, place, "mknod", [&] { return ::mknodat(place.dir_fd, leaf, mode, device) == 0; }));
  }
  return SetNodeAttributes(place, entry);
}

// What was replaced since is skipped: the archive says nothing more about it.
Status EntryWriter::Finish() {
  for (const auto& [path, entry] : directories_) {
    const auto fd = tree_->Open(path, O_RDONLY | O_DIRECTORY);
    if (!fd && (fd.error().errnum == ENOENT || fd.error().errnum == ENOTDIR || fd.error().errnum == ELOOP)) {
      continue;
    }
    if (!fd) {
      return std::unexpected(fd.error());
    }
    if (auto set = SetDirectoryAttributes(fd->get(), entry); !set) {
      return Wrap(std::move(set).error(), path);
    }
  }
  return {};
}

}  // namespace berth::layer
