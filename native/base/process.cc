#include "base/process.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/file.h"

namespace berth {

namespace {

struct Stat {
  char state = 'X';
  uint64_t start_time = 0;
};

Result<Stat> ReadStat(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  auto fd = OpenAt(AT_FDCWD, path, O_RDONLY);
  if (!fd) {
    return Fail(fd.error().errnum == ENOENT ? ESRCH : fd.error().errnum, "open", path);
  }
  char text[1024];
  const ssize_t got = ::read(fd->get(), text, sizeof text - 1);
  if (got < 0) {
    return Errno("read", path);
  }
  text[got] = '\0';
  // The command name, field 2, may itself hold blanks and brackets: fields are counted from its last one.
  const char* at = std::strrchr(text, ')');
  Stat stat;
  for (int field = 2; at != nullptr; ++field) {
    if (field == 3) {
      stat.state = *at;
    }
    if (field == 22) {
      stat.start_time = std::strtoull(at, nullptr, 10);
      return stat;
    }
    at = std::strchr(at, ' ');
    at = at == nullptr ? nullptr : at + 1;
  }
  return Fail(0, "read", path + ": has no field 22");
}

}  // namespace

Result<uint64_t> ProcessStartTime(pid_t pid) {
  BERTH_ASSIGN(const Stat stat, ReadStat(pid));
  return stat.start_time;
}

bool ProcessAlive(pid_t pid, uint64_t start_time) {
  const auto stat = ReadStat(pid);
  return stat && stat->start_time == start_time && stat->state != 'Z' && stat->state != 'X';
}

}  // namespace berth
