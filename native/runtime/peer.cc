#include "runtime/peer.h"

#include <fcntl.h>

#include <charconv>
#include <string_view>

#include "base/file.h"

namespace berth {

namespace {

constexpr size_t kStatusLimit = 65536;

std::string_view Field(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (line.starts_with(key) && line.substr(key.size()).starts_with('=')) {
      return line.substr(key.size() + 1);
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return {};
}

template <typename T>
T Number(std::string_view text) {
  T number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string BootId() {
  const auto text = ReadFileAt(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 64);
  return text ? text->substr(0, text->find('\n')) : std::string();
}

}  // namespace

Result<PeerInit> FindPeerInit(int run_fd, const std::string& id) {
  if (id.find('/') != std::string::npos || id.starts_with('.')) {
    return Fail(0, "join", id + ": is no container id");
  }
  auto text = ReadFileAt(run_fd, "../" + id + "/status", kStatusLimit);
  if (!text) {
    return Wrap(std::move(text).error(), "container " + id);
  }
  const PeerInit peer{.pid = Number<pid_t>(Field(*text, "pid")),
                      .start_time = Number<uint64_t>(Field(*text, "pid_start"))};
  if (peer.pid <= 0 || Field(*text, "boot_id") != BootId()) {
    return Fail(ESRCH, "join", "container " + id + ": is not running");
  }
  return peer;
}

}  // namespace berth
