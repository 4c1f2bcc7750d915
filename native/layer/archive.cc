#include "layer/archive.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.h"
#include "layer/tar_reader.h"

namespace berth::layer {

namespace {

// An archive of layers has a handful of members for each layer; many more are made to exhaust memory.
constexpr size_t kMaxMembers = 100'000;

class FileSource final : public ByteSource {
 public:
  FileSource(int fd, uint64_t size) : fd_(fd), size_(size), buffer_(4096) {}

  Result<Bytes> Read(size_t max) override {
    ssize_t got = -1;
    do {
      got = ::pread(fd_, buffer_.data(), std::min(max, buffer_.size()), static_cast<off_t>(offset_));
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
      return Errno("read", "archive");
    }
    offset_ += static_cast<uint64_t>(got);
    return Bytes(buffer_).first(static_cast<size_t>(got));
  }

  uint64_t Discard(uint64_t max) override {
    const uint64_t skipped = std::min(max, size_ - std::min(size_, offset_));
    offset_ += skipped;
    return skipped;
  }

 private:
  int fd_;
  uint64_t size_;
  uint64_t offset_ = 0;
  std::vector<uint8_t> buffer_;
};

}  // namespace

Result<std::vector<ArchiveMember>> ListArchive(int fd) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) {
    return Errno("fstat", "archive");
  }
  FileSource source(fd, static_cast<uint64_t>(info.st_size));
  TarReader reader(&source, nullptr);
  std::vector<ArchiveMember> members;
  TarEntry entry;
  for (;;) {
    BERTH_ASSIGN(const bool found, reader.Next(&entry));
    if (!found) {
      return members;
    }
    if (entry.sparse || members.size() == kMaxMembers) {
      return Fail(0, "tar", "not an archive of images: member " + entry.name);
    }
    members.push_back({entry.name, entry.link, entry.type, reader.position(), reader.remaining()});
  }
}

Result<uint64_t> Decompress(FileRange range, Limits limits, int to) {
  Decoder decoder(range, limits);
  std::vector<uint8_t> buffer(256U << 10U);
  for (;;) {
    BERTH_ASSIGN(const size_t size, decoder.Fill(buffer));
    BERTH_TRY(WriteAll(to, {reinterpret_cast<const char*>(buffer.data()), size}, "archive"));
    if (size < buffer.size()) {
      return decoder.bytes_out();
    }
  }
}

}  // namespace berth::layer
