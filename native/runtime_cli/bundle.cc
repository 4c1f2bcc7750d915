#include "runtime_cli/bundle.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/namespaces.h"
#include "runtime_cli/device_rules.h"

namespace berth {

namespace {

Status CheckCgroup(const std::string& path) {
  bool named = false;
  for (std::string_view rest = path; !rest.empty();) {
    const size_t end = rest.find('/');
    const std::string_view name = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    named = named || !name.empty();
    if (name == "." || name == "..") {
      return Fail(0, "config.json", "/linux/cgroupsPath: expected a path without . and ..");
    }
  }
  return named ? Status() : Fail(0, "config.json", "/linux/cgroupsPath: is the root of the hierarchy");
}

// `--cgroup-manager disabled`: the container stays in the caller's cgroup. What needs one of its own is refused, but for
// device rules, which nobody can ask for then and which every config.json has.
Status LeaveOutCgroup(RuntimeSpec& spec) {
  constexpr const char* kOption = "--cgroup-manager disabled: ";
  for (const Unsupported& limit : UnsupportedResources(CgroupHost(), spec.resources)) {
    return Fail(0, "", kOption + ("a limit of controller " + limit.controller) + " needs a cgroup");
  }
  if (FindNamespace(spec, NamespaceType::kPid) == nullptr) {
    return Fail(0, "", kOption + std::string("without a pid namespace nothing ends all of its processes"));
  }
  if (std::ranges::any_of(spec.mounts, [](const Mount& mount) { return mount.type.starts_with("cgroup"); })) {
    return Fail(0, "", kOption + std::string("there is no cgroup to mount"));
  }
  spec.cgroups_path.clear();
  spec.resources = {};
  return {};
}

Result<std::string> RealPath(const std::string& path, const char* what) {
  char absolute[PATH_MAX];
  if (::realpath(path.c_str(), absolute) == nullptr) {
    return Errno("realpath", what + (" " + path));
  }
  return absolute;
}

// "Path values for bind mounts are either absolute or relative to the bundle."
void PlaceBindSources(const std::string& bundle, std::vector<Mount>& mounts) {
  for (Mount& mount : mounts) {
    const bool bind = mount.type == "bind" || std::ranges::find(mount.options, "bind") != mount.options.end() ||
                      std::ranges::find(mount.options, "rbind") != mount.options.end();
    if (bind && !mount.source.starts_with('/')) {
      mount.source = bundle + "/" + mount.source;
    }
  }
}

}  // namespace

Result<RuntimeSpec> ParseConfig(const std::string& text, const std::string& id) {
  BERTH_ASSIGN(RuntimeSpec spec, ParseRuntimeSpec(text, "/" + id));
  BERTH_TRY(CheckCgroup(spec.cgroups_path));
  spec.resources.devices = WithDefaultDevices(spec.resources.devices);
  return spec;
}

Result<Bundle> OpenBundle(const Arguments& arguments, const std::string& id) {
  Bundle bundle;
  BERTH_ASSIGN(bundle.path, RealPath(arguments.Get("bundle", "."), "bundle"));
  BERTH_ASSIGN(bundle.dir, OpenAt(AT_FDCWD, bundle.path, O_RDONLY | O_DIRECTORY));
  const std::string file = arguments.Get("config", bundle.path + "/config.json");
  auto text = ReadFileAt(AT_FDCWD, file);
  if (!text) {
    return Fail(text.error().errnum, text.error().call, file);
  }
  bundle.config = *std::move(text);
  BERTH_ASSIGN(bundle.spec, ParseConfig(bundle.config, id));
  if (arguments.Get("cgroup-manager") == "disabled") {
    BERTH_TRY(LeaveOutCgroup(bundle.spec));
  }
  PlaceBindSources(bundle.path, bundle.spec.mounts);
  std::string& root = bundle.spec.root_path;
  BERTH_ASSIGN(root, RealPath(root.starts_with('/') ? root : bundle.path + "/" + root, "root"));
  return bundle;
}

}  // namespace berth
