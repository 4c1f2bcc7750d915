#include "layer/unpack.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include <functional>
#include <vector>

#include "base/cleanup.h"
#include "base/file.h"
#include "layer/decode_stream.h"
#include "layer/entry_writer.h"
#include "layer/tar_reader.h"
#include "layer/tar_split.h"
#include "layer/tree.h"

namespace berth::layer {

namespace {

constexpr size_t kPayloadSize = 1U << 20U;

std::string_view AsText(Bytes data) { return {reinterpret_cast<const char*>(data.data()), data.size()}; }

// True for the members whose content assembly takes from the tree. Sparse files are no such: their archive form can't be told
// from the file.
bool HasTreeContent(const TarEntry& entry) {
  return entry.type == EntryType::kFile && entry.size > 0 && !entry.sparse && !IsWhiteoutName(entry.name);
}

Status CheckDigest(const std::string& expected, const std::string& actual, const char* what) {
  if (!expected.empty() && expected != actual) {
    return Fail(0, "digest", std::string(what) + " is " + actual + ", expected " + expected);
  }
  return {};
}

// Hands a payload on piece by piece.
Status ForPayload(TarReader* reader, const std::function<Status(Bytes)>& take) {
  for (;;) {
    BERTH_ASSIGN(const Bytes data, reader->Payload(kPayloadSize));
    if (data.empty()) {
      return {};
    }
    BERTH_TRY(take(data));
  }
}

class Unpacker {
 public:
  Unpacker(const UnpackRequest& request, int tar_split_fd, LayerTree* tree)
      : request_(request), tar_split_fd_(tar_split_fd), tree_(tree), writer_(tree) {}

  Result<UnpackResult> Run() {
    BERTH_ASSIGN(UnpackResult result, UnpackStream());
    if (tree_->displaced()) {
      BERTH_TRY(RecordAgain(result.diff_id));
    }
    return result;
  }

 private:
  Result<UnpackResult> UnpackStream();
  Status UnpackMember(const TarEntry& entry, TarReader* reader, TarSplitWriter* split);
  Status WriteContent(const TarEntry& entry, TarReader* reader, TarSplitWriter* split);
  Status WritePieces(const TarEntry& entry, int fd, TarReader* reader, TarSplitWriter* split);
  Status NoteInode(int fd, const TarEntry& entry);

  // An archive may hold several members of one name, and only the last one's content is in the tree. Then tar-split is
  // written once more from the archive, with the contents that were displaced kept in it.
  Status RecordAgain(const std::string& diff_id);
  [[nodiscard]] bool StillInTree(const TarEntry& entry, ino_t inode) const;

  const UnpackRequest& request_;
  int tar_split_fd_;
  LayerTree* tree_;
  EntryWriter writer_;
  std::vector<ino_t> inodes_;  // of the members with tree content, in order
  uint64_t size_ = 0;
};

Result<UnpackResult> Unpacker::UnpackStream() {
  DecodeStream stream(request_.range, request_.limits);
  BERTH_TRY(stream.Start());
  TarSplitWriter split(tar_split_fd_);
  TarReader reader(&stream, &split);
  TarEntry entry;
  for (;;) {
    BERTH_ASSIGN(const bool found, reader.Next(&entry));
    if (!found) {
      break;
    }
    if (auto status = UnpackMember(entry, &reader, &split); !status) {
      return Wrap(std::move(status).error(), "member " + entry.name);
    }
  }
  BERTH_TRY(split.Finish());
  UnpackResult result;
  result.digest = stream.InputDigest();
  result.diff_id = stream.OutputDigest();
  BERTH_TRY(CheckDigest(request_.digest, result.digest, "the digest"));
  BERTH_TRY(CheckDigest(request_.diff_id, result.diff_id, "the diff id"));
  BERTH_TRY(writer_.Finish());
  result.size = size_;
  result.tar_bytes = stream.bytes_out();
  result.opaque_root = writer_.opaque_root();
  return result;
}

Status Unpacker::UnpackMember(const TarEntry& entry, TarReader* reader, TarSplitWriter* split) {
  if (entry.type == EntryType::kFile && !IsWhiteoutName(entry.name)) {
    return WriteContent(entry, reader, split);
  }
  BERTH_TRY(writer_.Write(entry));
  return split->File(entry.name, 0, {});
}

Status Unpacker::WriteContent(const TarEntry& entry, TarReader* reader, TarSplitWriter* split) {
  BERTH_ASSIGN(const UniqueFd fd, writer_.CreateFile(entry));
  size_ += entry.size;
  Crc64 crc;
  const bool in_tree = HasTreeContent(entry);
  if (entry.sparse) {
    BERTH_TRY(WritePieces(entry, fd.get(), reader, split));
  } else if (in_tree) {
    BERTH_TRY(ForPayload(reader, [&](Bytes data) {
      crc.Update(data);
      return WriteAll(fd.get(), AsText(data), "file");
    }));
    BERTH_TRY(NoteInode(fd.get(), entry));
  }
  BERTH_TRY(split->File(entry.name, in_tree ? entry.size : 0, crc));
  return writer_.FinishFile(fd.get(), entry);
}

Status Unpacker::WritePieces(const TarEntry& entry, int fd, TarReader* reader, TarSplitWriter* split) {
  if (entry.size > INT64_MAX || ::ftruncate(fd, static_cast<off_t>(entry.size)) != 0) {
    return Errno("truncate", entry.name);
  }
  for (const SparsePiece& piece : entry.pieces) {
    if (::lseek(fd, static_cast<off_t>(piece.offset), SEEK_SET) < 0) {
      return Errno("seek", entry.name);
    }
    for (uint64_t left = piece.size; left > 0;) {
      BERTH_ASSIGN(const Bytes data, reader->Payload(static_cast<size_t>(std::min<uint64_t>(left, kPayloadSize))));
      BERTH_TRY(split->Raw(data));
      BERTH_TRY(WriteAll(fd, AsText(data), "file"));
      left -= data.size();
    }
  }
  return {};
}

Status Unpacker::NoteInode(int fd, const TarEntry& entry) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) {
    return Errno("fstat", entry.name);
  }
  inodes_.push_back(info.st_ino);
  return {};
}

bool Unpacker::StillInTree(const TarEntry& entry, ino_t inode) const {
  const auto path = NormalPath(entry.name);
  const auto fd = path ? tree_->Open(*path, O_PATH) : Result<UniqueFd>(std::unexpected(path.error()));
  struct stat info{};
  return fd && ::fstat(fd->get(), &info) == 0 && info.st_ino == inode;
}

Status Unpacker::RecordAgain(const std::string& diff_id) {
  if (::lseek(tar_split_fd_, 0, SEEK_SET) < 0 || ::ftruncate(tar_split_fd_, 0) != 0) {
    return Errno("truncate", request_.tar_split);
  }
  DecodeStream stream(request_.range, request_.limits);
  BERTH_TRY(stream.Start());
  TarSplitWriter split(tar_split_fd_);
  TarReader reader(&stream, &split);
  TarEntry entry;
  size_t index = 0;
  for (;;) {
    BERTH_ASSIGN(const bool found, reader.Next(&entry));
    if (!found) {
      break;
    }
    Crc64 crc;
    const bool has_content = HasTreeContent(entry) && index < inodes_.size();
    const bool in_tree = has_content && StillInTree(entry, inodes_[index]);
    index += has_content ? 1 : 0;
    if (in_tree) {
      BERTH_TRY(ForPayload(&reader, [&](Bytes data) {
        crc.Update(data);
        return Status{};
      }));
    }
    BERTH_TRY(split.File(entry.name, in_tree ? entry.size : 0, crc));
  }
  BERTH_TRY(split.Finish());
  return CheckDigest(diff_id, stream.OutputDigest(), "the diff id, read again,");
}

// A thread of its own has its own umask after unshare(2); modes then are what the archive says, without a chmod each.
Result<UnpackResult> UnpackInThread(const UnpackRequest& request) {
  if (::unshare(CLONE_FS) != 0) {
    return Errno("unshare", "CLONE_FS");
  }
  ::umask(0);
  const std::string replaced = request.directory + ".replaced";
  BERTH_ASSIGN(UniqueFd root, OpenAt(AT_FDCWD, request.directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  BERTH_ASSIGN(const UniqueFd split,
               OpenAt(AT_FDCWD, request.tar_split, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600));
  BERTH_TRY(RemoveTreeAt(AT_FDCWD, replaced));
  BERTH_TRY(MakeDirs(AT_FDCWD, replaced, 0700));
  const Cleanup remove_replaced([&] { static_cast<void>(RemoveTreeAt(AT_FDCWD, replaced)); });
  BERTH_ASSIGN(UniqueFd replaced_fd, OpenAt(AT_FDCWD, replaced, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  LayerTree tree(std::move(root), std::move(replaced_fd));
  return Unpacker(request, split.get(), &tree).Run();
}

}  // namespace

Result<UnpackResult> Unpack(const UnpackRequest& request) {
  Result<UnpackResult> result = Fail(0, "unpack", "internal: the thread did not run");
  Thread thread;
  BERTH_TRY(thread.Start([&] { result = UnpackInThread(request); }));
  thread.Join();
  return result;
}

}  // namespace berth::layer
