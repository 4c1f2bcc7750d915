#include "base/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>

namespace berth {

namespace {

std::string TemporaryName(const std::string& name) { return "." + name + "." + std::to_string(::getpid()) + ".tmp"; }

Status RemoveEntries(int dir_fd);

Status RemoveDirectory(int dir_fd, const std::string& name) {
  auto child = OpenAt(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!child) {
    if (child.error().errnum == ENOENT) {
      return {};
    }
    return std::unexpected(child.error());
  }
  struct stat parent{};
  struct stat self{};
  if (::fstat(dir_fd, &parent) == 0 && ::fstat(child->get(), &self) == 0 && parent.st_dev != self.st_dev) {
    return Fail(EBUSY, "remove", name + ": is a mount point");
  }
  BERTH_TRY(RemoveEntries(child->get()));
  if (::unlinkat(dir_fd, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
    return Errno("rmdir", name);
  }
  return {};
}

Status RemoveEntry(int dir_fd, const std::string& name) {
  if (::unlinkat(dir_fd, name.c_str(), 0) == 0 || errno == ENOENT) {
    return {};
  }
  if (errno == EISDIR || errno == EPERM) {
    return RemoveDirectory(dir_fd, name);
  }
  return Errno("unlink", name);
}

Status RemoveEntries(int dir_fd) {
  const int stream_fd = ::fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
  if (stream_fd < 0) {
    return Errno("fcntl", "F_DUPFD_CLOEXEC");
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(stream_fd), ::closedir);
  if (!stream) {
    ::close(stream_fd);
    return Errno("fdopendir", "directory");
  }
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") {
      continue;
    }
    BERTH_TRY(entry->d_type == DT_DIR ? RemoveDirectory(dir_fd, entry->d_name) : RemoveEntry(dir_fd, entry->d_name));
  }
  return {};
}

}  // namespace

Result<UniqueFd> OpenAt(int dir_fd, const std::string& path, int flags, mode_t mode) {
  int fd = -1;
  do {
    fd = ::openat(dir_fd, path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) {
    return Errno("open", path);
  }
  return UniqueFd(fd);
}

Result<std::string> ReadAll(int fd, size_t limit) {
  std::string text;
  char buffer[16384];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return Errno("read", "file");
    }
    if (got == 0) {
      return text;
    }
    if (text.size() + static_cast<size_t>(got) > limit) {
      return Fail(EFBIG, "read", "more than " + std::to_string(limit) + " bytes");
    }
    text.append(buffer, static_cast<size_t>(got));
  }
}

Result<std::string> ReadFileAt(int dir_fd, const std::string& path, size_t limit) {
  BERTH_ASSIGN(const UniqueFd fd, OpenAt(dir_fd, path, O_RDONLY));
  auto text = ReadAll(fd.get(), limit);
  if (!text) {
    return Fail(text.error().errnum, text.error().call, path);
  }
  return text;
}

Status WriteAll(int fd, std::string_view data, const char* what) {
  while (!data.empty()) {
    const ssize_t put = ::write(fd, data.data(), data.size());
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put < 0 && errno == EAGAIN) {
      // A pipe that whoever shares it with us has made non-blocking.
      struct pollfd writable{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&writable, 1, -1);
      continue;
    }
    if (put < 0) {
      return Errno("write", what);
    }
    data.remove_prefix(static_cast<size_t>(put));
  }
  return {};
}

Status WriteControl(int fd, std::string_view data, const char* what) {
  ssize_t put = -1;
  do {
    put = ::write(fd, data.data(), data.size());
  } while (put < 0 && errno == EINTR);
  if (put < 0) {
    return Errno("write", what + (" <- " + std::string(data)));
  }
  return {};
}

Status WriteControlAt(int dir_fd, const std::string& path, std::string_view data) {
  BERTH_ASSIGN(const UniqueFd fd, OpenAt(dir_fd, path, O_WRONLY));
  return WriteControl(fd.get(), data, path.c_str());
}

Status ReplaceFileAt(int dir_fd, const std::string& name, std::string_view data, mode_t mode, bool durable) {
  const std::string temporary = TemporaryName(name);
  BERTH_ASSIGN(UniqueFd fd, OpenAt(dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode));
  auto written = WriteAll(fd.get(), data, name.c_str());
  if (written && ::fchmod(fd.get(), mode) != 0) {
    written = Errno("fchmod", name);
  }
  if (written && durable && ::fsync(fd.get()) != 0) {
    written = Errno("fsync", name);
  }
  if (written && ::renameat(dir_fd, temporary.c_str(), dir_fd, name.c_str()) != 0) {
    written = Errno("rename", name);
  }
  if (!written) {
    ::unlinkat(dir_fd, temporary.c_str(), 0);
    return written;
  }
  if (durable && ::fsync(dir_fd) != 0) {
    return Errno("fsync", "directory of " + name);
  }
  return {};
}

Status MakeDirs(int dir_fd, const std::string& path, mode_t mode) {
  for (size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    const std::string parent = path.substr(0, at);
    if (::mkdirat(dir_fd, parent.c_str(), mode) != 0 && errno != EEXIST) {
      return Errno("mkdir", parent);
    }
  }
  if (::mkdirat(dir_fd, path.c_str(), mode) != 0 && errno != EEXIST) {
    return Errno("mkdir", path);
  }
  return {};
}

Status RemoveTreeAt(int dir_fd, const std::string& name) { return RemoveEntry(dir_fd, name); }

Status SetCloexec(int fd, bool on) {
  if (::fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0) != 0) {
    return Errno("fcntl", "F_SETFD");
  }
  return {};
}

}  // namespace berth
