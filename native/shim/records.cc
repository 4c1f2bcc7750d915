#include "shim/records.h"

#include "base/file.h"

namespace berth {

Result<RuntimeSpec> ReadSpec(int container_fd) {
  BERTH_ASSIGN(const std::string text, ReadFileAt(container_fd, "config.json"));
  return ParseRuntimeSpec(text);
}

Result<Supervise> ReadSupervise(int container_fd) {
  BERTH_ASSIGN(const std::string text, ReadFileAt(container_fd, "supervise"));
  return ParseSupervise(text);
}

Result<Supervise> ReadSettings(int container_fd) {
  BERTH_ASSIGN(Supervise settings, ReadSupervise(container_fd));
  settings.overlay_dir = {};
  settings.overlay_lower = {};
  settings.overlay_upper = {};
  settings.overlay_work = {};
  settings.volume_copies = {};
  return settings;
}

std::string ContainerCgroup(const Supervise& settings) {
  return settings.shim_cgroup.substr(0, settings.shim_cgroup.rfind('/') + 1) + settings.id;
}

}  // namespace berth
