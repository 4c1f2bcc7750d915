// Which controllers this host has and where: /proc/self/mountinfo, /proc/cgroups, cgroup.controllers.
#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/text.h"

namespace berth {

namespace {

struct MountLine {
  std::string root;
  std::string mount_point;
  std::string type;
  std::string super_options;
};

// proc_pid_mountinfo(5): id parent major:minor root mount-point options [optional…] - type source super-options
std::optional<MountLine> ParseMountLine(std::string_view line) {
  const std::vector<std::string_view> fields = SplitWords(line);
  const auto dash = std::find(fields.begin(), fields.end(), "-");
  if (fields.size() < 10 || fields.end() - dash < 4) {
    return std::nullopt;
  }
  return MountLine{std::string(fields[3]), std::string(fields[4]), std::string(dash[1]), std::string(dash[3])};
}

bool IsMountFlag(std::string_view option) {
  return option == "rw" || option == "ro" || option == "xattr" || option == "clone_children" || option == "noprefix" ||
         option == "cpuset_v2_mode" || option == "favordynmods";
}

void AddV1(const MountLine& mount, CgroupHost* host) {
  for (const std::string_view option : Split(mount.super_options, ',')) {
    if (IsMountFlag(option) || option.starts_with("release_agent=") || host->Find(std::string(option)) != nullptr) {
      continue;
    }
    host->controllers.push_back({std::string(option), CgroupVersion::kV1, 0, mount.mount_point});
    host->has_v1 = host->has_v1 || !option.starts_with("name=");
  }
}

// /proc/cgroups: name, hierarchy, num_cgroups and enabled with tabs between.
void AddHierarchies(std::string_view text, CgroupHost* host) {
  for (const std::string_view line : Split(text, '\n')) {
    const std::vector<std::string_view> fields = Split(line, '\t');
    if (fields.size() < 4 || fields[0].starts_with('#')) {
      continue;
    }
    const int hierarchy = static_cast<int>(ParseNumber(fields[1]).value_or(0));
    const std::string name(fields[0]);
    auto known = std::find_if(host->controllers.begin(), host->controllers.end(),
                              [&](const Controller& controller) { return controller.name == name; });
    if (known != host->controllers.end()) {
      known->hierarchy = hierarchy;
    } else if (fields[3] == "1" && name != "blkio") {
      host->controllers.push_back({name, CgroupVersion::kV1, hierarchy, ""});
    }
  }
}

void AddV2(CgroupHost* host) {
  const auto text = ReadFileAt(AT_FDCWD, host->unified + "/cgroup.controllers");
  for (const std::string_view name : SplitWords(text ? std::string_view(*text) : std::string_view())) {
    host->controllers.push_back({std::string(name), CgroupVersion::kV2, 0, host->unified});
  }
}

}  // namespace

const Controller* CgroupHost::Find(const std::string& name) const {
  for (const Controller& controller : controllers) {
    if (controller.name == name) {
      return &controller;
    }
  }
  return nullptr;
}

Result<CgroupHost> DetectCgroupHost() {
  CgroupHost host;
  BERTH_ASSIGN(const std::string mounts, ReadFileAt(AT_FDCWD, "/proc/self/mountinfo"));
  for (const std::string_view line : Split(mounts, '\n')) {
    const std::optional<MountLine> mount = ParseMountLine(line);
    if (mount && mount->type == "cgroup2" && host.unified.empty()) {
      host.unified = mount->mount_point;
    } else if (mount && mount->type == "cgroup") {
      AddV1(*mount, &host);
    }
  }
  if (!host.unified.empty()) {
    AddV2(&host);
  }
  if (const auto hierarchies = ReadFileAt(AT_FDCWD, "/proc/cgroups")) {
    AddHierarchies(*hierarchies, &host);
  }
  if (host.unified.empty() && !host.has_v1) {
    return Fail(ENOENT, "cgroup", "no cgroup hierarchy is mounted");
  }
  return host;
}

}  // namespace berth
