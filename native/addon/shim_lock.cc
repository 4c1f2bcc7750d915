#include "addon/shim_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <string_view>

#include "base/file.h"

namespace berth::addon {

namespace {

// Of a line `key=number`; 0 where there is none.
template <typename Number>
Number FindNumber(const std::string& text, const std::string& key) {
  const size_t line = text.find("\n" + key + "=");
  Number number = 0;
  if (line != std::string::npos) {
    const char* const at = text.data() + line + key.size() + 2;
    std::from_chars(at, text.data() + text.size(), number);
  }
  return number;
}

}  // namespace

bool ShimAlive(const std::string& run_dir) {
  const auto fd = OpenAt(AT_FDCWD, run_dir + "/lock", O_RDWR | O_NOFOLLOW);
  if (!fd) {
    return false;
  }
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return ::fcntl(fd->get(), F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

std::optional<ShimProcess> ShimOf(const std::string& run_dir) {
  const auto text = ReadFileAt(AT_FDCWD, run_dir + "/lock");
  if (!text) {
    return std::nullopt;
  }
  return ShimProcess{FindNumber<pid_t>(*text, "shim_pid"), FindNumber<uint64_t>(*text, "shim_start")};
}

}  // namespace berth::addon
