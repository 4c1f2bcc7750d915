#include <algorithm>
#include <array>
#include <utility>

#include "oci/spec_parts.h"

namespace berth {

namespace {

constexpr std::array<std::pair<std::string_view, NamespaceType>, 7> kNamespaceTypes = {{
    {"pid", NamespaceType::kPid},
    {"network", NamespaceType::kNetwork},
    {"mount", NamespaceType::kMount},
    {"ipc", NamespaceType::kIpc},
    {"uts", NamespaceType::kUts},
    {"user", NamespaceType::kUser},
    {"cgroup", NamespaceType::kCgroup},
}};

// Set-up happens in a mount namespace of its own.
void CheckNamespace(JsonObject& object, const Namespace& ns, const std::vector<Namespace>& others) {
  if (std::ranges::any_of(others, [&ns](const Namespace& other) { return other.type == ns.type; })) {
    object.Problem("type", "occurs twice");
  }
  if (ns.type == NamespaceType::kMount && !ns.path.empty()) {
    object.Problem("path", "joining a mount namespace is not supported");
  }
  if (!ns.path.empty()) {
    RequireAbsolute(object, "path", ns.path);
  }
}

void ReadNamespace(JsonObject& object, RuntimeSpec& spec) {
  const std::string name = object.RequiredString("type");
  const auto* const type = std::ranges::find(kNamespaceTypes, name, &decltype(kNamespaceTypes)::value_type::first);
  if (type == kNamespaceTypes.end()) {
    object.Problem("type", "namespace '" + name + "' is not supported");
    return;
  }
  Namespace ns{type->second, object.String("path")};
  CheckNamespace(object, ns, spec.namespaces);
  spec.namespaces.push_back(std::move(ns));
}

void ReadDevice(JsonObject& object, RuntimeSpec& spec) {
  DeviceNode device;
  device.path = object.RequiredString("path");
  device.type = ReadDeviceType(object, "cbpu", '\0');
  device.major = object.Int("major", 0, INT32_MAX).value_or(0);
  device.minor = object.Int("minor", 0, INT32_MAX).value_or(0);
  device.file_mode = object.UnsignedAs<mode_t>("fileMode", 0777).value_or(0666);
  device.uid = object.UnsignedAs<uint32_t>("uid", kMaxId).value_or(0);
  device.gid = object.UnsignedAs<uint32_t>("gid", kMaxId).value_or(0);
  RequireAbsolute(object, "path", device.path);
  spec.devices.push_back(std::move(device));
}

bool MapsRoot(const std::vector<IdMapping>& mappings) {
  return std::ranges::any_of(mappings, [](const IdMapping& mapping) { return mapping.container_id == 0; });
}

// A namespace that is joined has mappings already: what is said beside it is nobody's (podman then writes a dummy).
void ReadUserNamespace(JsonObject& object, RuntimeSpec& spec) {
  ReadIdMappings(object, spec.ids);
  const auto user = std::ranges::find(spec.namespaces, NamespaceType::kUser, &Namespace::type);
  if (user == spec.namespaces.end()) {
    if (!spec.ids.uids.empty()) {
      object.Problem("uidMappings", "there is no user namespace to map ids for");
    }
  } else if (user->path.empty() && !(MapsRoot(spec.ids.uids) && MapsRoot(spec.ids.gids))) {
    object.Problem(MapsRoot(spec.ids.uids) ? "gidMappings" : "uidMappings",
                   "expected id 0 of the new user namespace to be mapped");
  }
}

std::vector<std::string> ReadPaths(JsonObject& object, const char* key) {
  std::vector<std::string> paths = object.Strings(key);
  for (const std::string& path : paths) {
    RequireAbsolute(object, key, path);
  }
  return paths;
}

void ReadPropagation(JsonObject& object, RuntimeSpec& spec) {
  static constexpr std::array<std::string_view, 7> kKnown = {"",       "private", "rprivate", "slave",
                                                             "rslave", "shared",  "rshared"};
  spec.rootfs_propagation = object.String("rootfsPropagation");
  if (std::ranges::find(kKnown, spec.rootfs_propagation) == kKnown.end()) {
    object.Problem("rootfsPropagation", "'" + spec.rootfs_propagation + "' is not supported");
  }
}

}  // namespace

char ReadDeviceType(JsonObject& object, const char* allowed, char absent) {
  const std::string type = object.String("type");
  if (type.empty() && absent != '\0') {
    return absent;
  }
  if (type.size() != 1 || std::string_view(allowed).find(type) == std::string_view::npos) {
    object.Problem("type", std::string("expected one of ") + allowed);
    return absent;
  }
  return type[0] == 'u' ? 'c' : type[0];
}

void ReadLinux(JsonObject& object, RuntimeSpec& spec) {
  object.Objects("namespaces", [&spec](JsonObject& ns) { ReadNamespace(ns, spec); });
  const bool has_mount =
      std::ranges::any_of(spec.namespaces, [](const Namespace& ns) { return ns.type == NamespaceType::kMount; });
  if (!has_mount) {
    object.Problem("namespaces", "expected a mount namespace");
  }
  ReadUserNamespace(object, spec);
  object.Objects("devices", [&spec](JsonObject& device) { ReadDevice(device, spec); });
  if (spec.cgroups_path.empty() || object.Has("cgroupsPath")) {
    spec.cgroups_path = object.RequiredString("cgroupsPath");
  }
  RequireAbsolute(object, "cgroupsPath", spec.cgroups_path);
  object.Object("resources", [&spec](JsonObject& resources) { ReadResources(resources, spec.resources); });
  spec.sysctl = object.StringMap("sysctl");
  spec.masked_paths = ReadPaths(object, "maskedPaths");
  spec.readonly_paths = ReadPaths(object, "readonlyPaths");
  ReadPropagation(object, spec);
  object.Object("seccomp", [&spec](JsonObject& seccomp) { ReadSeccomp(seccomp, spec.seccomp.emplace()); });
}

}  // namespace berth
