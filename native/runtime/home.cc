#include "runtime/home.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "base/file.h"
#include "base/resolve.h"

namespace berth {

namespace {

constexpr size_t kMostPasswd = 1U << 20U;

// The field at `index` of a line, counted from 0.
std::string_view Field(std::string_view line, size_t index) {
  for (; index > 0; --index) {
    const size_t colon = line.find(':');
    line = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  }
  return line.substr(0, line.find(':'));
}

bool IsOf(std::string_view line, uid_t uid) {
  const std::string_view text = Field(line, 2);
  uid_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  return problem == std::errc() && end == text.data() + text.size() && number == uid;
}

bool IsPlain(const Result<UniqueFd>& file) {
  struct stat status{};
  return file && ::fstat(file->get(), &status) == 0 && S_ISREG(status.st_mode);
}

// The file is the image's: what is no plain file, or longer than a user database can be, is none. It is looked at before it
// is opened, since opening a device does something to it, and no magic link leads to what we hold.
std::string ReadPasswd() {
  const auto root = OpenAt(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
  if (!root || !IsPlain(OpenBeneath(root->get(), "/etc/passwd", O_PATH))) {
    return {};
  }
  const auto file = OpenBeneath(root->get(), "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!IsPlain(file)) {
    return {};
  }
  return ReadAll(file->get(), kMostPasswd).value_or("");
}

}  // namespace

std::string HomeIn(std::string_view passwd, uid_t uid) {
  while (!passwd.empty()) {
    const size_t end = std::min(passwd.find('\n'), passwd.size());
    const std::string_view line = passwd.substr(0, end);
    if (const std::string_view home = Field(line, 5); IsOf(line, uid) && home.find('\0') == std::string_view::npos) {
      return home.empty() ? "/" : std::string(home);
    }
    passwd.remove_prefix(std::min(end + 1, passwd.size()));
  }
  return "/";
}

std::vector<std::string> EnvironmentOf(const Process& process) {
  std::vector<std::string> env = process.env;
  if (std::ranges::none_of(env, [](const std::string& variable) { return variable.starts_with("HOME="); })) {
    env.push_back("HOME=" + HomeIn(ReadPasswd(), process.user.uid));
  }
  return env;
}

}  // namespace berth
