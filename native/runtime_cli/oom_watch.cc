#include "runtime_cli/oom_watch.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.h"
#include "runtime/cgroup/place.h"

namespace berth {

namespace {

Result<UniqueFd> WatchV1(const std::string& directory) {
  UniqueFd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event.valid()) {
    return Errno("eventfd", "memory.oom_control");
  }
  BERTH_ASSIGN(const UniqueFd control, OpenAt(AT_FDCWD, directory + "/memory.oom_control", O_RDONLY));
  const std::string line = std::to_string(event.get()) + " " + std::to_string(control.get());
  BERTH_TRY(WriteControlAt(AT_FDCWD, directory + "/cgroup.event_control", line));
  return event;
}

Result<UniqueFd> WatchV2(const std::string& directory) {
  UniqueFd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!watch.valid()) {
    return Errno("inotify_init1", "memory.events");
  }
  const std::string file = directory + "/memory.events";
  if (::inotify_add_watch(watch.get(), file.c_str(), IN_MODIFY) < 0) {
    return Errno("inotify_add_watch", file);
  }
  return watch;
}

}  // namespace

Result<OomWatch> OomWatch::Create(const CgroupHost& host, const std::string& path) {
  const Place place = PlaceOf(host, "memory", path);
  if (place.directory.empty()) {
    return Fail(0, "", "controller memory: is mounted in no hierarchy of this host");
  }
  OomWatch watch(host, path);
  BERTH_ASSIGN(watch.fd_, place.v2 ? WatchV2(place.directory) : WatchV1(place.directory));
  watch.seen_ = std::max<int64_t>(ReadOomKills(host, path), 0);
  return watch;
}

int64_t OomWatch::Take() {
  char bytes[4096];
  while (::read(fd_.get(), bytes, sizeof bytes) > 0) {
    looks_left_ = kLooks;
  }
  const int64_t now = std::max(ReadOomKills(host_, path_), seen_);
  looks_left_ = now > seen_ ? 0 : std::max(looks_left_ - 1, 0);
  return now - std::exchange(seen_, now);
}

}  // namespace berth
