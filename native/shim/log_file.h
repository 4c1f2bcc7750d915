// A container's log file with rotation. A log that can't be written never blocks or ends the container: records are
// dropped and counted, and the next ones are tried again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.h"

namespace berth {

class LogFile {
 public:
  // `dir_fd` is borrowed and must outlive this object.
  LogFile(int dir_fd, std::string name) : dir_fd_(dir_fd), name_(std::move(name)) {}

  // `max_size` in bytes: a record that begins at or beyond it goes into a new file; 0: no rotation. `max_file` counts the
  // present file and the old ones, of which `<name>.1` is the newest.
  void Configure(bool enabled, int64_t max_size, int max_file);

  // Takes one record; it reaches the file at the latest with Flush().
  void Append(std::string_view text, std::string_view stream, std::string_view time);
  void Flush();

  [[nodiscard]] uint64_t dropped() const { return dropped_; }

 private:
  [[nodiscard]] bool Open();
  void Rotate();
  void DropBatch(size_t written);

  int dir_fd_;
  std::string name_;
  bool enabled_ = true;
  int64_t max_size_ = 0;
  int max_file_ = 1;
  UniqueFd fd_;
  int64_t size_ = 0;
  std::string batch_;
  uint64_t dropped_ = 0;
};

}  // namespace berth
