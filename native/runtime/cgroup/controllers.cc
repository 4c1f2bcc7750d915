#include "runtime/cgroup/controllers.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.h"
#include "runtime/cgroup/device_exceptions.h"
#include "runtime/cgroup/text.h"

namespace berth {

namespace {

// blkio and io are two names of one thing: the one that this host does not have must not look unsupported.
bool IsOtherName(const CgroupHost& host, const std::string& name) {
  return (name == "blkio" && IsMounted(host.Find("io"))) || (name == "io" && !IsMounted(host.Find("io")));
}

bool AsksForSomething(const CgroupWrites& writes) {
  return std::any_of(writes.writes.begin(), writes.writes.end(), [](const CgroupWrite& w) { return !w.is_default; }) ||
         std::any_of(writes.tables.begin(), writes.tables.end(), [](const CgroupTable& t) { return !t.rows.empty(); });
}

}  // namespace

std::string Directory(const CgroupHost& host, const char* controller, const std::string& path) {
  const Controller* found = host.Find(controller);
  return IsMounted(found) ? found->mount_point + path : "";
}

CgroupWrites WritesOf(const CgroupHost& host, const ControllerFiles& files, const LinuxResources& resources) {
  CgroupWrites writes;
  const Controller* controller = host.Find(files.controller);
  const Mapping mapping = controller != nullptr && IsV2(controller) ? files.v2 : files.v1;
  if (mapping != nullptr && !IsOtherName(host, files.controller)) {
    mapping(resources, &writes);
  }
  return writes;
}

CgroupWrites WritesIn(const CgroupHost& host, const ControllerFiles& files, const LinuxResources& resources,
                      const std::string& directory) {
  CgroupWrites all = WritesOf(host, files, resources);
  const std::string parent = directory.substr(0, directory.rfind('/') + 1);
  std::erase_if(all.writes, [&](CgroupWrite& write) {
    if (write.inherited_from.empty()) {
      return false;
    }
    const auto text = ReadFileAt(AT_FDCWD, parent + write.inherited_from);
    write.value = text ? Trim(*text) : std::string_view();
    return write.value.empty();
  });
  return all;
}

std::vector<Unsupported> UnsupportedResources(const CgroupHost& host, const LinuxResources& resources) {
  std::vector<Unsupported> unsupported;
  for (const ControllerFiles& files : kControllers) {
    for (const std::string& reason : WritesOf(host, files, resources).missing) {
      unsupported.push_back({files.controller, reason});
    }
    if (!AsksForSomething(WritesOf(host, files, resources)) || IsMounted(host.Find(files.controller))) {
      continue;
    }
    unsupported.push_back({files.controller, host.Find(files.controller) == nullptr
                                                 ? "this kernel does not have it"
                                                 : "it is mounted in no hierarchy of this host"});
  }
  const Controller* blkio = host.Find("blkio");
  // The weights' own files are not in the root cgroup.
  const bool weighted = resources.blkio_weight.value_or(0) != 0 || !resources.blkio_weight_device.empty();
  if (weighted && IsMounted(blkio) && !IsV2(blkio) &&
      ::access((blkio->mount_point + "/blkio.bfq.io_service_bytes").c_str(), F_OK) != 0) {
    unsupported.push_back({"blkio", "this kernel schedules no proportional weight (no BFQ)"});
  }
  if (IsMounted(host.Find("devices")) && !FoldDeviceRules(resources.devices).exact) {
    unsupported.push_back({"devices", "cgroup v1 can't except a device from a rule for more than that one"});
  }
  if (!resources.unified.empty() && host.unified.empty()) {
    unsupported.push_back({"unified", "this host has no cgroup v2 tree"});
  }
  return unsupported;
}

std::vector<std::string> ResourcesWithoutEffect(const CgroupHost& host, const LinuxResources& resources) {
  std::vector<std::string> without;
  const Controller* const memory = host.Find("memory");
  if (memory == nullptr || !IsV2(memory)) {
    return without;
  }
  if (resources.memory_swappiness) {
    without.emplace_back("/linux/resources/memory/swappiness: has no effect: cgroup v2 has nothing of the kind");
  }
  if (resources.disable_oom_killer) {
    without.emplace_back("/linux/resources/memory/disableOOMKiller: has no effect: cgroup v2 has nothing of the kind");
  }
  return without;
}

}  // namespace berth
