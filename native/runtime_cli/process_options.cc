#include "runtime_cli/process_options.h"

#include <fcntl.h>

#include <charconv>
#include <cstdlib>

#include "base/file.h"
#include "runtime/in_root.h"

namespace berth {

namespace {

constexpr int kFirst = 3;  // behind stdio
constexpr int kMost = 1024;

Result<int> CountOfActivation() {
  const char* const text = ::getenv("LISTEN_FDS");
  if (text == nullptr) {
    return 0;
  }
  BERTH_ASSIGN(const int64_t count, ParseCount("LISTEN_FDS", text, kMost));
  return static_cast<int>(count);
}

}  // namespace

Result<int64_t> ParseCount(const std::string& what, const std::string& text, int64_t most) {
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc() || stop != end || number < 0 || number > most) {
    return Fail(0, "", what + " " + text + ": expected a number of at most " + std::to_string(most));
  }
  return number;
}

Status WritePidFile(const Arguments& arguments, pid_t pid) {
  const std::string path = arguments.Get("pid-file");
  if (path.empty()) {
    return {};
  }
  const std::string parent = ParentPath(path);
  const std::string from = !parent.empty() ? parent : path.starts_with('/') ? "/" : ".";
  BERTH_ASSIGN(const UniqueFd dir, OpenAt(AT_FDCWD, from, O_RDONLY | O_DIRECTORY));
  return ReplaceFileAt(dir.get(), BaseName(path), std::to_string(pid), 0644, false);
}

Result<Preserved> FindPreserved(const Arguments& arguments) {
  BERTH_ASSIGN(const int listening, CountOfActivation());
  BERTH_ASSIGN(const int64_t asked, ParseCount("--preserve-fds", arguments.Get("preserve-fds", "0"), kMost));
  const int count = listening + static_cast<int>(asked);
  for (int fd = kFirst; fd < kFirst + count; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0) {
      return Errno("fcntl", "descriptor " + std::to_string(fd) + " to preserve");
    }
  }
  return Preserved{listening, count};
}

void AddActivation(const Preserved& preserved, Process& process) {
  if (preserved.listening > 0) {
    process.env.push_back("LISTEN_FDS=" + std::to_string(preserved.listening));
    process.env.emplace_back("LISTEN_PID=1");
  }
}

}  // namespace berth
