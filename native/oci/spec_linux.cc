#include <net/if.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <utility>

#include "oci/spec_parts.h"

namespace berth {

namespace {

constexpr std::array<std::pair<std::string_view, NamespaceType>, 8> kNamespaceTypes = {{
    {"pid", NamespaceType::kPid},
    {"network", NamespaceType::kNetwork},
    {"mount", NamespaceType::kMount},
    {"ipc", NamespaceType::kIpc},
    {"uts", NamespaceType::kUts},
    {"user", NamespaceType::kUser},
    {"cgroup", NamespaceType::kCgroup},
    {"time", NamespaceType::kTime},
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

void ReadDeviceNumber(JsonObject& object, DeviceNode& device) {
  for (const char* key : {"major", "minor"}) {
    if (device.type != 'p' && !object.Has(key)) {
      object.Problem(key, "is missing");
    }
  }
  device.major = object.Int("major", 0, INT32_MAX).value_or(0);
  device.minor = object.Int("minor", 0, INT32_MAX).value_or(0);
}

void ReadDevice(JsonObject& object, RuntimeSpec& spec) {
  DeviceNode device;
  device.path = object.RequiredString("path");
  device.type = ReadDeviceType(object, "cbpu", '\0');
  ReadDeviceNumber(object, device);
  // Some engines write st_mode with its type.
  device.file_mode = object.UnsignedAs<mode_t>("fileMode", S_IFMT | 07777).value_or(0666) & 07777U;
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
  static constexpr std::array<std::string_view, 9> kKnown = {"",       "private", "rprivate",   "slave",      "rslave",
                                                             "shared", "rshared", "unbindable", "runbindable"};
  spec.rootfs_propagation = object.String("rootfsPropagation");
  if (std::ranges::find(kKnown, spec.rootfs_propagation) == kKnown.end()) {
    object.Problem("rootfsPropagation", "'" + spec.rootfs_propagation + "' is not supported");
  }
}

// A relative path, which a runtime may put where it likes, starts at the root of the hierarchies, too: in the same place
// whoever calls. "slice:prefix:name" is meant for systemd.
void ReadCgroupsPath(JsonObject& object, RuntimeSpec& spec) {
  if (!spec.cgroups_path.empty() && !object.Has("cgroupsPath")) {
    return;
  }
  spec.cgroups_path = object.RequiredString("cgroupsPath");
  if (spec.cgroups_path.starts_with('/')) {
    return;
  }
  if (std::ranges::count(spec.cgroups_path, ':') == 2) {
    object.Problem("cgroupsPath", "is of systemd's form slice:prefix:name, which is not supported");
  }
  spec.cgroups_path.insert(0, "/");
}

void ReadTimeOffset(const std::string& clock, JsonObject& object, RuntimeSpec& spec) {
  TimeOffset& offset = spec.time_offsets[clock];
  offset.seconds = object.Int("secs", INT64_MIN).value_or(0);
  offset.nanoseconds = object.UnsignedAs<uint32_t>("nanosecs", 999'999'999).value_or(0);
}

// What the kernel takes as the name of an interface; the name inside may end in "%d", which the kernel makes a number of.
bool IsInterfaceName(std::string_view name) {
  if (name.ends_with("%d")) {
    name.remove_suffix(2);
  }
  return !name.empty() && name.size() < IFNAMSIZ && name != "." && name != ".." &&
         name.find_first_of("/:% \t\n\v\f\r") == std::string_view::npos;
}

void ReadNetDevice(const std::string& name, JsonObject& object, RuntimeSpec& spec) {
  std::string inside = object.String("name");
  if (!IsInterfaceName(name) || name.ends_with("%d") || (!inside.empty() && !IsInterfaceName(inside))) {
    object.Problem("name", "expected names of network interfaces");
  }
  const std::string& wanted = inside.empty() ? name : inside;
  const bool taken = std::ranges::any_of(spec.net_devices, [&wanted](const auto& other) {
    return (other.second.empty() ? other.first : other.second) == wanted && !wanted.ends_with("%d");
  });
  if (taken) {
    object.Problem("name", "'" + wanted + "' occurs twice");
  }
  spec.net_devices.emplace(name, std::move(inside));
}

const Namespace* Find(const RuntimeSpec& spec, NamespaceType type) {
  const auto found = std::ranges::find(spec.namespaces, type, &Namespace::type);
  return found == spec.namespaces.end() ? nullptr : &*found;
}

// Offsets are given once, before the first process is in the namespace; a device leaves the host's network.
void CheckNeeds(JsonObject& object, const RuntimeSpec& spec) {
  const Namespace* const time = Find(spec, NamespaceType::kTime);
  if (!spec.time_offsets.empty() && (time == nullptr || !time->path.empty())) {
    object.Problem("timeOffsets", "needs a new time namespace");
  }
  for (const auto& [clock, offset] : spec.time_offsets) {
    if (clock != "monotonic" && clock != "boottime") {
      object.Problem("timeOffsets", "clock '" + clock + "' is not supported");
    }
  }
  if (!spec.net_devices.empty() && Find(spec, NamespaceType::kNetwork) == nullptr) {
    object.Problem("netDevices", "needs a network namespace");
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
  ReadCgroupsPath(object, spec);
  object.Object("resources", [&spec](JsonObject& resources) { ReadResources(resources, spec.resources); });
  spec.sysctl = object.StringMap("sysctl");
  spec.masked_paths = ReadPaths(object, "maskedPaths");
  spec.readonly_paths = ReadPaths(object, "readonlyPaths");
  ReadPropagation(object, spec);
  object.Object("seccomp", [&spec](JsonObject& seccomp) { ReadSeccomp(seccomp, spec.seccomp.emplace()); });
  object.Object("personality",
                [&spec](JsonObject& personality) { ReadPersonality(personality, spec.personality.emplace()); });
  object.Object("memoryPolicy",
                [&spec](JsonObject& policy) { ReadMemoryPolicy(policy, spec.memory_policy.emplace()); });
  spec.mount_label = object.String("mountLabel");
  object.ObjectMap("timeOffsets",
                   [&spec](const std::string& clock, JsonObject& offset) { ReadTimeOffset(clock, offset, spec); });
  object.ObjectMap("netDevices",
                   [&spec](const std::string& name, JsonObject& device) { ReadNetDevice(name, device, spec); });
  CheckNeeds(object, spec);
  object.Refuse("intelRdt");
}

}  // namespace berth
