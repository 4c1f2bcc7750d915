#include "shim/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/file.h"
#include "shim/log_record.h"
#include "shim/memory.h"

namespace berth {

namespace {

constexpr size_t kBatchLimit = 32768;
constexpr mode_t kLogMode = 0640;

// Bytes written before the first failure.
size_t WriteUpTo(int fd, std::string_view data) {
  size_t done = 0;
  while (done < data.size()) {
    const ssize_t put = ::write(fd, data.data() + done, data.size() - done);
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put <= 0) {
      break;
    }
    done += static_cast<size_t>(put);
  }
  return done;
}

}  // namespace

void LogFile::Configure(bool enabled, int64_t max_size, int max_file) {
  enabled_ = enabled;
  max_size_ = max_size;
  max_file_ = max_file;
}

void LogFile::Append(std::string_view text, std::string_view stream, std::string_view time) {
  if (!enabled_) {
    return;
  }
  if (!fd_.valid() && !Open()) {
    ++dropped_;
    return;
  }
  if (max_size_ > 0 && size_ + static_cast<int64_t>(batch_.size()) >= max_size_) {
    Flush();
    Rotate();
  }
  AppendLogRecord(batch_, text, stream, time);
  if (batch_.size() >= kBatchLimit) {
    Flush();
  }
}

void LogFile::Flush() {
  if (batch_.empty()) {
    return;
  }
  const size_t written = fd_.valid() ? WriteUpTo(fd_.get(), batch_) : 0;
  size_ += static_cast<int64_t>(written);
  if (written < batch_.size()) {
    DropBatch(written);
  }
  ReleaseText(batch_);
}

bool LogFile::Open() {
  auto fd = OpenAt(dir_fd_, name_, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, kLogMode);
  struct stat info{};
  if (!fd || ::fstat(fd->get(), &info) != 0) {
    return false;
  }
  fd_ = std::move(*fd);
  size_ = info.st_size;
  return true;
}

// The file that was full keeps its inode, so that a reader who follows it can finish it. Where renaming fails the log
// goes on in the same file.
void LogFile::Rotate() {
  if (max_file_ <= 1) {
    ::unlinkat(dir_fd_, name_.c_str(), 0);
  }
  for (int number = max_file_ - 1; number >= 1; --number) {
    const std::string from = number == 1 ? name_ : name_ + "." + std::to_string(number - 1);
    ::renameat(dir_fd_, from.c_str(), dir_fd_, (name_ + "." + std::to_string(number)).c_str());
  }
  fd_.Reset();
  (void)Open();
}

// Takes a half-written record back and counts what is lost.
void LogFile::DropBatch(size_t written) {
  const size_t newline = written == 0 ? std::string::npos : batch_.rfind('\n', written - 1);
  const size_t whole = newline == std::string::npos ? 0 : newline + 1;
  const auto partial = static_cast<int64_t>(written - whole);
  if (partial > 0 && ::ftruncate(fd_.get(), size_ - partial) == 0) {
    size_ -= partial;
  }
  dropped_ +=
      static_cast<uint64_t>(std::count(batch_.begin() + static_cast<std::ptrdiff_t>(whole), batch_.end(), '\n'));
}

}  // namespace berth
