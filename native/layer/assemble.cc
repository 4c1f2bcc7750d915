#include "layer/assemble.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/file.h"
#include "layer/tar_split.h"
#include "layer/tree.h"

namespace berth::layer {

namespace {

Bytes AsBytes(const std::string& text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

Result<UniqueFd> OpenContent(const LayerTree& tree, const TarSplitEntry& entry) {
  BERTH_ASSIGN(const std::string path, NormalPath(entry.name));
  // A fifo in a file's place must not block.
  BERTH_ASSIGN(UniqueFd fd, tree.Open(path, O_RDONLY | O_NONBLOCK));
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) {
    return Errno("fstat", path);
  }
  if (!S_ISREG(info.st_mode) || static_cast<uint64_t>(info.st_size) != entry.size) {
    return Fail(0, "assemble", path + ": the file has changed");
  }
  return fd;
}

Status CopyContent(const LayerTree& tree, const TarSplitEntry& entry, std::vector<uint8_t>* buffer,
                   StreamOutput* output) {
  BERTH_ASSIGN(const UniqueFd fd, OpenContent(tree, entry));
  Crc64 crc;
  uint64_t left = entry.size;
  while (left > 0) {
    const ssize_t got = ::read(fd.get(), buffer->data(), static_cast<size_t>(std::min<uint64_t>(buffer->size(), left)));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return Errno("read", entry.name);
    }
    if (got == 0) {
      return Fail(0, "assemble", entry.name + ": the file has changed");
    }
    const Bytes data = Bytes(*buffer).first(static_cast<size_t>(got));
    crc.Update(data);
    BERTH_TRY(output->Write(data));
    left -= data.size();
  }
  const auto value = crc.Value();
  if (!std::equal(value.begin(), value.end(), AsBytes(entry.payload).begin(), AsBytes(entry.payload).end())) {
    return Fail(0, "assemble", entry.name + ": the file has changed");
  }
  return {};
}

}  // namespace

Result<StreamResult> Assemble(const AssembleRequest& request) {
  BERTH_ASSIGN(UniqueFd root, OpenAt(AT_FDCWD, request.directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  BERTH_ASSIGN(const UniqueFd split_fd, OpenAt(AT_FDCWD, request.tar_split, O_RDONLY | O_NOFOLLOW));
  const LayerTree tree(std::move(root), UniqueFd());
  TarSplitReader split(split_fd.get());
  StreamOutput output(request.fd);
  std::vector<uint8_t> buffer(256U << 10U);
  uint64_t size = 0;
  TarSplitEntry entry;
  for (;;) {
    BERTH_ASSIGN(const bool found, split.Next(&entry));
    if (!found) {
      return output.Finish(size);
    }
    if (!entry.is_file) {
      BERTH_TRY(output.Write(AsBytes(entry.payload)));
    } else if (entry.size > 0) {
      size += entry.size;
      BERTH_TRY(CopyContent(tree, entry, &buffer, &output));
    }
  }
}

Result<uint64_t> TarSize(const std::string& tar_split) {
  BERTH_ASSIGN(const UniqueFd fd, OpenAt(AT_FDCWD, tar_split, O_RDONLY | O_NOFOLLOW));
  TarSplitReader split(fd.get());
  uint64_t size = 0;
  TarSplitEntry entry;
  for (;;) {
    BERTH_ASSIGN(const bool found, split.Next(&entry));
    if (!found) {
      return size;
    }
    size += entry.is_file ? entry.size : entry.payload.size();
  }
}

}  // namespace berth::layer
