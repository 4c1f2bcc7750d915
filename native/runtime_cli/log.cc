#include "runtime_cli/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cctype>
#include <cstring>
#include <string_view>

#include "base/file.h"
#include "base/json_text.h"
#include "runtime_cli/timestamp.h"

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

void Warn(const Arguments& arguments, const std::string& message) {
  (void)WriteAll(STDERR_FILENO, "berth-runtime: warning: " + message + "\n", "standard error");
  (void)Log(arguments, "warning", message);
}

Status Log(const Arguments& arguments, const char* level, const std::string& message) {
  const std::string file = arguments.Get("log");
  if (file.empty() || (std::string_view(level) == "debug" && !arguments.Has("debug"))) {
    return {};
  }
  const std::string quoted = JsonQuoted(message);
  const std::string now = Timestamp();
  const std::string line =
      arguments.Get("log-format") == "json"
          ? R"({"level":")" + std::string(level) + R"(","msg":)" + quoted + R"(,"time":")" + now + "\"}\n"
          : "time=\"" + now + "\" level=" + level + " msg=" + quoted + "\n";
  BERTH_ASSIGN(const UniqueFd fd, OpenAt(AT_FDCWD, file, O_WRONLY | O_APPEND | O_CREAT, 0600));
  return WriteAll(fd.get(), line, file.c_str());
}

void WarnOf(const Arguments& arguments, const Process& process) {
  for (const std::string& warning : process.warnings) {
    Warn(arguments, warning);
  }
}

}  // namespace berth
