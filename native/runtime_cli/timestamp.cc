#include "runtime_cli/timestamp.h"

#include <cstdio>
#include <ctime>

namespace berth {

std::string Timestamp() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  ::gmtime_r(&now.tv_sec, &parts);
  char text[64];
  const size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + length, sizeof text - length, ".%09ldZ", now.tv_nsec);
  return text;
}

}  // namespace berth
