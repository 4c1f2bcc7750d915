#include "runtime/exec_path.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string_view>

namespace berth {

namespace {

// Where the environment has no PATH, as execvp(3) has it.
constexpr std::string_view kDefaultPath = "/bin:/usr/bin";

std::string_view SearchPath(const Process& process) {
  for (const std::string& variable : process.env) {
    if (variable.starts_with("PATH=")) {
      return std::string_view(variable).substr(5);
    }
  }
  return kDefaultPath;
}

// 0, or why the file can't be executed.
int CheckExecutable(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    return errno;
  }
  if (!S_ISREG(status.st_mode)) {
    return EACCES;
  }
  return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

}  // namespace

Result<std::string> FindExecutable(const Process& process) {
  const std::string& name = process.args.front();
  if (name.find('/') != std::string::npos) {
    const int errnum = CheckExecutable(name);
    return errnum == 0 ? Result<std::string>(name) : Fail(errnum, "execve", name);
  }
  int errnum = ENOENT;
  std::string_view rest = SearchPath(process);
  while (true) {
    const size_t colon = rest.find(':');
    const std::string_view dir = rest.substr(0, colon);
    const std::string candidate = (dir.empty() ? "." : std::string(dir)) + "/" + name;
    const int problem = CheckExecutable(candidate);
    if (problem == 0) {
      return candidate;
    }
    errnum = problem == EACCES ? EACCES : errnum;
    if (colon == std::string_view::npos) {
      return Fail(errnum, "execve", name + ": not " + (errnum == EACCES ? "executable" : "found") + " in PATH");
    }
    rest.remove_prefix(colon + 1);
  }
}

}  // namespace berth
