// Making, joining and opening cgroups.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/text.h"
#include "runtime/cgroup/tree.h"

namespace berth {

namespace {

// "/berth", "/berth/shop", "/berth/shop/<id>"
std::vector<std::string> Prefixes(const std::string& path) {
  std::vector<std::string> prefixes;
  for (size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
    prefixes.push_back(path.substr(0, at));
  }
  prefixes.push_back(path);
  return prefixes;
}

Result<bool> MakeDirectory(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0755) == 0) {
    return true;
  }
  if (errno == EEXIST) {
    return false;
  }
  return Errno("mkdir", directory);
}

// cpusets.rst: a new v1 cpuset is empty and can't be joined before both sets are filled.
Status InheritCpuset(const std::string& parent, const std::string& child) {
  for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
    BERTH_ASSIGN(const std::string own, ReadFileAt(AT_FDCWD, child + file));
    if (Trim(own).empty()) {
      BERTH_ASSIGN(const std::string inherited, ReadFileAt(AT_FDCWD, parent + file));
      BERTH_TRY(WriteControlAt(AT_FDCWD, child + file, Trim(inherited)));
    }
  }
  return {};
}

Status CreateV1(const CgroupHost& host, const std::string& mount_point, const std::vector<std::string>& prefixes) {
  const Controller* cpuset = host.Find("cpuset");
  const bool is_cpuset =
      cpuset != nullptr && cpuset->version == CgroupVersion::kV1 && cpuset->mount_point == mount_point;
  std::string parent = mount_point;
  for (const std::string& prefix : prefixes) {
    const std::string directory = mount_point + prefix;
    BERTH_TRY(MakeDirectory(directory));
    if (is_cpuset) {
      BERTH_TRY(InheritCpuset(parent, directory));
    }
    parent = directory;
  }
  return {};
}

// Passes every controller of `directory` on to its children (cgroup-v2.rst, "Top-down Constraint"). What can't be passed on
// is no error here: a limit that needs it fails when it is written, naming the controller.
void EnableControllers(const std::string& directory) {
  const auto available = ReadFileAt(AT_FDCWD, directory + "/cgroup.controllers");
  const auto enabled = ReadFileAt(AT_FDCWD, directory + "/cgroup.subtree_control");
  if (!available || !enabled) {
    return;
  }
  const std::vector<std::string_view> present = SplitWords(*enabled);
  for (const std::string_view name : SplitWords(*available)) {
    if (std::find(present.begin(), present.end(), name) == present.end()) {
      (void)WriteControlAt(AT_FDCWD, directory + "/cgroup.subtree_control", "+" + std::string(name));
    }
  }
}

Status CreateV2(const std::string& mount_point, const std::vector<std::string>& prefixes) {
  std::string parent = mount_point;
  for (const std::string& prefix : prefixes) {
    EnableControllers(parent);
    const std::string directory = mount_point + prefix;
    BERTH_TRY(MakeDirectory(directory));
    parent = directory;
  }
  return {};
}

Status CreateEverywhere(const CgroupHost& host, const std::vector<std::string>& prefixes) {
  for (const std::string& mount_point : V1MountPoints(host)) {
    BERTH_TRY(CreateV1(host, mount_point, prefixes));
  }
  if (!host.unified.empty()) {
    BERTH_TRY(CreateV2(host.unified, prefixes));
  }
  return {};
}

}  // namespace

// Another command may prune an empty parent between two steps: ENOENT means to begin again.
Status CreateCgroup(const CgroupHost& host, const std::string& path) {
  const std::vector<std::string> prefixes = Prefixes(path);
  Status created;
  for (int tries = 0; tries < 5; ++tries) {
    created = CreateEverywhere(host, prefixes);
    if (created || created.error().errnum != ENOENT) {
      break;
    }
  }
  return created;
}

// "0" in `tasks` moves the writing thread alone, for which the kernel takes no threadgroup lock: that lock costs an RCU
// grace period. The callers are single-threaded, so the thread is the process.
Status JoinV1(const CgroupHost& host, const std::string& path) {
  for (const std::string& mount_point : V1MountPoints(host)) {
    BERTH_TRY(WriteControlAt(AT_FDCWD, mount_point + path + "/tasks", "0"));
  }
  return {};
}

Status JoinAll(const CgroupHost& host, const std::string& path) {
  BERTH_TRY(JoinV1(host, path));
  if (!host.unified.empty()) {
    BERTH_TRY(WriteControlAt(AT_FDCWD, host.unified + path + "/cgroup.procs", "0"));
  }
  return {};
}

Result<UniqueFd> OpenUnified(const CgroupHost& host, const std::string& path) {
  if (host.unified.empty()) {
    return UniqueFd();
  }
  return OpenAt(AT_FDCWD, host.unified + path, O_RDONLY | O_DIRECTORY);
}

}  // namespace berth
