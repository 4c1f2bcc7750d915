#include "layer/pack.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/file.h"
#include "layer/tar_split.h"
#include "layer/tar_writer.h"
#include "layer/upper_entry.h"

namespace berth::layer {

namespace {

Bytes AsBytes(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

class Packer {
 public:
  Packer(const PackRequest& request, std::optional<TarSplitWriter>* split)
      : clamp_(request.clamp_mtime), output_(request.fd), split_(split), buffer_(256U << 10U) {}

  Status PackDirectory(int dir_fd, const std::string& prefix);
  Result<StreamResult> Finish();

 private:
  Status PackEntry(int dir_fd, const std::string& prefix, const std::string& leaf);
  Status PackChildren(int dir_fd, const std::string& leaf, const std::string& path);
  Status PackWhiteout(const std::string& name, const struct stat& info);
  Status PackFile(int dir_fd, const std::string& leaf, const struct stat& info, TarEntry entry);
  Status CopyPiece(int fd, SparsePiece piece, bool raw, Crc64* crc);
  Status PutHeader(const TarEntry& entry);
  Status PutRaw(std::string_view data);
  Status Clamp(int dir_fd, const std::string& leaf, struct stat* info) const;

  int64_t clamp_;
  StreamOutput output_;
  std::optional<TarSplitWriter>* split_;
  std::vector<uint8_t> buffer_;
  std::map<ino_t, std::string> hard_links_;  // first name of files that have several
  uint64_t size_ = 0;
};

// Overlayfs links all its whiteouts to one inode, so they are told before hard links.
Status Packer::PackEntry(int dir_fd, const std::string& prefix, const std::string& leaf) {
  struct stat info{};
  if (::fstatat(dir_fd, leaf.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return Errno("stat", prefix + leaf);
  }
  if (S_ISSOCK(info.st_mode)) {
    return {};
  }
  BERTH_TRY(Clamp(dir_fd, leaf, &info));
  if (IsWhiteout(info)) {
    return PackWhiteout(prefix + ".wh." + leaf, info);
  }
  BERTH_ASSIGN(const UniqueFd fd, OpenAt(dir_fd, leaf, O_PATH | O_NOFOLLOW));
  BERTH_ASSIGN(TarEntry entry, DescribeUpper(fd.get(), info, prefix + leaf));
  if (!S_ISDIR(info.st_mode) && info.st_nlink > 1) {
    const auto [first, is_new] = hard_links_.try_emplace(info.st_ino, entry.name);
    if (!is_new) {
      entry.type = EntryType::kHardLink;
      entry.link = first->second;
      entry.size = 0;
      entry.xattrs.clear();
      return PutHeader(entry);
    }
  }
  if (entry.type == EntryType::kFile) {
    return PackFile(dir_fd, leaf, info, std::move(entry));
  }
  BERTH_TRY(PutHeader(entry));
  return S_ISDIR(info.st_mode) ? PackChildren(dir_fd, leaf, prefix + leaf + "/") : Status{};
}

Status Packer::PackChildren(int dir_fd, const std::string& leaf, const std::string& path) {
  BERTH_ASSIGN(const UniqueFd fd, OpenAt(dir_fd, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  BERTH_ASSIGN(const bool opaque, IsOpaque(fd.get()));
  if (opaque) {
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0) {
      return Errno("fstat", path);
    }
    BERTH_TRY(PackWhiteout(path + ".wh..wh..opq", info));
  }
  return PackDirectory(fd.get(), path);
}

Status Packer::PackDirectory(int dir_fd, const std::string& prefix) {
  BERTH_ASSIGN(const auto names, SortedNames(dir_fd));
  for (const std::string& name : names) {
    BERTH_TRY(PackEntry(dir_fd, prefix, name));
  }
  return {};
}

Status Packer::PackWhiteout(const std::string& name, const struct stat& info) {
  TarEntry entry;
  entry.name = name;
  entry.mtime = {info.st_mtim.tv_sec, 0};
  return PutHeader(entry);
}

Status Packer::PackFile(int dir_fd, const std::string& leaf, const struct stat& info, TarEntry entry) {
  BERTH_ASSIGN(const UniqueFd fd, OpenAt(dir_fd, leaf, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  BERTH_TRY(FindPieces(fd.get(), info, &entry));
  size_ += entry.size;
  BERTH_TRY(PutRaw(TarHeaderBytes(entry)));
  const std::vector<SparsePiece> whole{{0, entry.size}};
  Crc64 crc;
  uint64_t payload = 0;
  for (const SparsePiece& piece : entry.sparse ? entry.pieces : whole) {
    BERTH_TRY(CopyPiece(fd.get(), piece, entry.sparse, &crc));
    payload += piece.size;
  }
  if (*split_) {
    BERTH_TRY((*split_)->File(entry.name, entry.sparse ? 0 : entry.size, crc));
  }
  return PutRaw(TarPadding(payload));
}

// `raw`: the bytes are kept in tar-split, too, since a sparse file's archive form can't be told from the file.
Status Packer::CopyPiece(int fd, SparsePiece piece, bool raw, Crc64* crc) {
  while (piece.size > 0) {
    const auto want = static_cast<size_t>(std::min<uint64_t>(piece.size, buffer_.size()));
    const ssize_t got = ::pread(fd, buffer_.data(), want, static_cast<off_t>(piece.offset));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return got < 0 ? Errno("read", "layer") : Fail(0, "pack", "a file became shorter while it was read");
    }
    const Bytes data = Bytes(buffer_).first(static_cast<size_t>(got));
    piece.offset += data.size();
    piece.size -= data.size();
    crc->Update(data);
    BERTH_TRY(output_.Write(data));
    if (raw && *split_) {
      BERTH_TRY((*split_)->Raw(data));
    }
  }
  return {};
}

Status Packer::PutHeader(const TarEntry& entry) {
  BERTH_TRY(PutRaw(TarHeaderBytes(entry)));
  return *split_ ? (*split_)->File(entry.name, 0, {}) : Status{};
}

Status Packer::PutRaw(std::string_view data) {
  BERTH_TRY(output_.Write(AsBytes(data)));
  return *split_ ? (*split_)->Raw(AsBytes(data)) : Status{};
}

// The tree gets the clamped time as well: a layer made here is the same as one that was loaded.
Status Packer::Clamp(int dir_fd, const std::string& leaf, struct stat* info) const {
  if (clamp_ < 0 || info->st_mtim.tv_sec < clamp_) {
    return {};
  }
  info->st_mtim = {clamp_, 0};
  const std::array<timespec, 2> times{timespec{0, UTIME_OMIT}, info->st_mtim};
  if (::utimensat(dir_fd, leaf.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
    return Errno("utimens", leaf);
  }
  return {};
}

Result<StreamResult> Packer::Finish() {
  BERTH_TRY(PutRaw(std::string(2 * kBlockSize, '\0')));
  if (*split_) {
    BERTH_TRY((*split_)->Finish());
  }
  return output_.Finish(size_);
}

}  // namespace

Result<StreamResult> Pack(const PackRequest& request) {
  BERTH_ASSIGN(const UniqueFd root, OpenAt(AT_FDCWD, request.directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  UniqueFd split_fd;
  std::optional<TarSplitWriter> split;
  if (!request.tar_split.empty()) {
    BERTH_ASSIGN(split_fd, OpenAt(AT_FDCWD, request.tar_split, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600));
    split.emplace(split_fd.get());
  }
  Packer packer(request, &split);
  BERTH_TRY(packer.PackDirectory(root.get(), ""));
  return packer.Finish();
}

}  // namespace berth::layer
