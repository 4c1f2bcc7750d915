// Bytes on their way into a non-blocking pipe or socket that may not take them all at once.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace berth {

class SendQueue {
 public:
  // Writes what `fd` takes now and keeps the rest, in order. False: the other end is gone. SIGPIPE must be ignored.
  [[nodiscard]] bool Send(int fd, std::string_view head, std::string_view body = {});
  // Writes what was kept.
  [[nodiscard]] bool Flush(int fd);
  // Drops what was kept, and its memory.
  void Clear();
  [[nodiscard]] size_t size() const { return pending_.size() - sent_; }
  [[nodiscard]] bool empty() const { return size() == 0; }

 private:
  std::string pending_;
  size_t sent_ = 0;
};

}  // namespace berth
