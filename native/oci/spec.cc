#include "oci/spec.h"

#include <algorithm>

#include "oci/spec_parts.h"

namespace berth {

namespace {

void ReadRoot(JsonObject& object, RuntimeSpec& spec) {
  spec.root_path = object.RequiredString("path");
  spec.root_readonly = object.Bool("readonly");
}

void ReadMount(JsonObject& object, RuntimeSpec& spec) {
  Mount mount;
  mount.destination = object.RequiredString("destination");
  // "For compatibility with old tools": such a path starts at the root, too.
  if (!mount.destination.starts_with('/')) {
    mount.destination.insert(0, "/");
  }
  mount.type = object.String("type");
  mount.source = object.String("source");
  mount.options = object.Strings("options");
  ReadIdMappings(object, mount.ids);
  spec.mounts.push_back(std::move(mount));
}

void ReadVersion(JsonObject& object, RuntimeSpec& spec) {
  spec.oci_version = object.RequiredString("ociVersion");
  if (!spec.oci_version.starts_with("1.")) {
    object.Problem("ociVersion", "expected a version 1 of the runtime specification");
  }
}

// What is there for other platforms, or not honoured.
void RefuseOthers(JsonObject& object) {
  for (const char* key : {"solaris", "windows", "vm", "zos", "freebsd"}) {
    object.Refuse(key);
  }
}

// In the runtime's own namespace they would name the host.
void CheckNames(JsonObject& object, const RuntimeSpec& spec) {
  const bool has_uts =
      std::ranges::any_of(spec.namespaces, [](const Namespace& ns) { return ns.type == NamespaceType::kUts; });
  if (!spec.hostname.empty() && !has_uts) {
    object.Problem("hostname", "needs a uts namespace");
  }
  if (!spec.domainname.empty() && !has_uts) {
    object.Problem("domainname", "needs a uts namespace");
  }
}

}  // namespace

void RequireAbsolute(JsonObject& object, const char* key, const std::string& path) {
  if (!path.starts_with('/')) {
    object.Problem(key, "expected an absolute path");
  }
}

Result<RuntimeSpec> ParseRuntimeSpec(std::string_view json, const std::string& cgroups_path) {
  RuntimeSpec spec;
  spec.cgroups_path = cgroups_path;
  BERTH_TRY(ParseJsonObject(
      json, "config.json",
      [&spec](JsonObject& object) {
        ReadVersion(object, spec);
        object.RequiredObject("root", [&spec](JsonObject& root) { ReadRoot(root, spec); });
        spec.has_process = object.Has("process");
        spec.process.cwd = "/";
        object.Object("process", [&spec](JsonObject& process) { ReadProcess(process, spec.process); });
        spec.hostname = object.String("hostname");
        spec.domainname = object.String("domainname");
        object.Objects("mounts", [&spec](JsonObject& mount) { ReadMount(mount, spec); });
        object.RequiredObject("linux", [&spec](JsonObject& part) { ReadLinux(part, spec); });
        object.Object("hooks", [&spec](JsonObject& hooks) { ReadHooks(hooks, spec.hooks); });
        spec.annotations = object.StringMap("annotations");
        RefuseOthers(object);
        CheckNames(object, spec);
      },
      &spec.warnings));
  return spec;
}

Result<Process> ParseProcess(std::string_view json) {
  Process process;
  BERTH_TRY(ParseJsonObject(
      json, "process", [&process](JsonObject& object) { ReadProcess(object, process); }, &process.warnings));
  return process;
}

Result<LinuxResources> ParseResources(std::string_view json) {
  LinuxResources resources;
  BERTH_TRY(ParseJsonObject(
      json, "resources", [&resources](JsonObject& object) { ReadResources(object, resources); }, &resources.warnings));
  return resources;
}

}  // namespace berth
