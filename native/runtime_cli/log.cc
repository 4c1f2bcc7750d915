#include "runtime_cli/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cctype>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_text.h"

namespace berth {

std::string ErrorText(const Error& error) {
  std::string text = error.what;
  if (error.call[0] != '\0') {
    text += std::string(": ") + error.call;
  }
  if (error.errnum != 0) {
    std::string reason = std::strerror(error.errnum);
    reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
    text += ": " + reason;
  }
  return text;
}

std::string TerminalText(std::string_view text) {
  std::string safe;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
    const bool c1 = c == 0xc2 && next >= 0x80 && next < 0xa0;  // U+0080 to U+009F
    const unsigned control = c1 ? next : c;
    if (c1 || c < 0x20 || c == 0x7f) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\x%02x", control);
      safe += escaped;
      i += c1 ? 1 : 0;
    } else {
      safe += text[i];
    }
  }
  return safe;
}

void Warn(const Arguments& arguments, const std::string& message) {
  if (!arguments.Has("log") || !Log(arguments, "warning", message)) {
    (void)WriteAll(STDERR_FILENO, "berth-runtime: warning: " + TerminalText(message) + "\n", "standard error");
  }
}

Status Log(const Arguments& arguments, const char* level, const std::string& message) {
  const std::string file = arguments.Get("log");
  if (file.empty() || (std::string_view(level) == "debug" && !arguments.Has("debug"))) {
    return {};
  }
  const std::string quoted = JsonQuoted(message);
  const std::string now = NowText();
  const std::string line =
      arguments.Get("log-format") == "json"
          ? R"({"level":")" + std::string(level) + R"(","msg":)" + quoted + R"(,"time":")" + now + "\"}\n"
          : "time=\"" + now + "\" level=" + level + " msg=" + quoted + "\n";
  BERTH_ASSIGN(const UniqueFd fd, OpenAt(AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT, 0600));
  return WriteAll(fd.get(), line, file.c_str());
}

void WarnOf(const Arguments& arguments, const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) {
    Warn(arguments, warning);
  }
}

}  // namespace berth
