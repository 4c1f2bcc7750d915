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
    // Whatever the umask: who reads limits in the container need not be root of the host.
    if (::chmod(directory.c_str(), 0755) != 0) {
      return Errno("chmod", directory);
    }
    return true;
  }
  if (errno == EEXIST) {
    return false;
  }
  return Errno("mkdir", directory);
}

// The directory, and what is missing above it: nearly always the parents are there. `complete` sees each one with its parent
// and whether it is new, from the top down.
template <typename Complete>
Result<bool> MakeDirectories(const std::string& mount_point, const std::vector<std::string>& prefixes,
                             Complete complete) {
  auto made = MakeDirectory(mount_point + prefixes.back());
  const bool orphan = !made && made.error().errnum == ENOENT;
  std::string parent = mount_point + prefixes.back().substr(0, prefixes.back().rfind('/'));
  for (size_t i = orphan ? 0 : prefixes.size() - 1; i < prefixes.size(); ++i) {
    const std::string directory = mount_point + prefixes[i];
    if (orphan) {
      parent = i == 0 ? mount_point : mount_point + prefixes[i - 1];
      made = MakeDirectory(directory);
    }
    if (!made) {
      return made;
    }
    BERTH_TRY(complete(parent, directory, *made));
  }
  return made;
}

Status NothingToComplete(const std::string&, const std::string&, bool) { return {}; }

// The set that `directory` passes on. One that was killed between making a cpuset and filling it leaves it empty: it is
// filled from above. The root's is never empty.
Result<std::string> FilledCpuset(const std::string& directory, const char* file) {
  BERTH_ASSIGN(const std::string text, ReadFileAt(AT_FDCWD, directory + file));
  if (!Trim(text).empty()) {
    return std::string(Trim(text));
  }
  BERTH_ASSIGN(std::string inherited, FilledCpuset(directory.substr(0, directory.rfind('/')), file));
  BERTH_TRY(WriteControlAt(AT_FDCWD, directory + file, inherited));
  return inherited;
}

// cpusets.rst: a new v1 cpuset is empty and can't be joined before both sets are filled.
Status InheritCpuset(const std::string& parent, const std::string& child, bool is_new) {
  for (const char* file : {"/cpuset.cpus", "/cpuset.mems"}) {
    if (is_new) {
      BERTH_ASSIGN(const std::string inherited, FilledCpuset(parent, file));
      BERTH_TRY(WriteControlAt(AT_FDCWD, child + file, inherited));
    } else {
      BERTH_TRY(FilledCpuset(child, file));
    }
  }
  return {};
}

bool HasCpuset(const CgroupHost& host, const std::string& mount_point) {
  const Controller* cpuset = host.Find("cpuset");
  return cpuset != nullptr && cpuset->version == CgroupVersion::kV1 && cpuset->mount_point == mount_point;
}

std::vector<std::string> Words(const std::string& path) {
  const auto text = ReadFileAt(AT_FDCWD, path);
  const std::vector<std::string_view> words = SplitWords(text ? std::string_view(*text) : std::string_view());
  return {words.begin(), words.end()};
}

// Passes every controller of `directory` on to its children (cgroup-v2.rst, "Top-down Constraint"). What can't be passed on
// is no error here: a limit that needs it fails when it is written, naming the controller.
void EnableControllers(const std::string& directory) {
  const std::vector<std::string> present = Words(directory + "/cgroup.subtree_control");
  for (const std::string& name : Words(directory + "/cgroup.controllers")) {
    if (std::ranges::find(present, name) == present.end()) {
      (void)WriteControlAt(AT_FDCWD, directory + "/cgroup.subtree_control", "+" + name);
    }
  }
}

bool HasAllControllers(const CgroupHost& host, const std::string& directory) {
  const std::vector<std::string> present = Words(directory + "/cgroup.controllers");
  return std::ranges::all_of(host.controllers, [&](const Controller& controller) {
    return controller.version != CgroupVersion::kV2 || std::ranges::find(present, controller.name) != present.end();
  });
}

Result<bool> CreateV2(const CgroupHost& host, const std::vector<std::string>& prefixes) {
  BERTH_ASSIGN(const bool is_new, MakeDirectories(host.unified, prefixes, NothingToComplete));
  if (!HasAllControllers(host, host.unified + prefixes.back())) {
    EnableControllers(host.unified);
    for (size_t i = 0; i + 1 < prefixes.size(); ++i) {
      EnableControllers(host.unified + prefixes[i]);
    }
  }
  return is_new;
}

Result<bool> CreateEverywhere(const CgroupHost& host, const std::vector<std::string>& prefixes) {
  bool all_new = true;
  for (const std::string& mount_point : V1MountPoints(host)) {
    BERTH_ASSIGN(const bool is_new, HasCpuset(host, mount_point)
                                        ? MakeDirectories(mount_point, prefixes, InheritCpuset)
                                        : MakeDirectories(mount_point, prefixes, NothingToComplete));
    all_new = all_new && is_new;
  }
  if (!host.unified.empty()) {
    BERTH_ASSIGN(const bool is_new, CreateV2(host, prefixes));
    all_new = all_new && is_new;
  }
  return all_new;
}

}  // namespace

// Another command may prune an empty parent between two steps: ENOENT means to begin again.
Result<bool> CreateCgroup(const CgroupHost& host, const std::string& path) {
  const std::vector<std::string> prefixes = Prefixes(path);
  Result<bool> created = false;
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
  if (host.unified.empty() || path.empty()) {
    return UniqueFd();
  }
  return OpenAt(AT_FDCWD, host.unified + path, O_RDONLY | O_DIRECTORY);
}

}  // namespace berth
