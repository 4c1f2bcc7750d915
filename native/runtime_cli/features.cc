#include "runtime_cli/features.h"

#include <span>
#include <string_view>
#include <vector>

#include "oci/capability.h"
#include "oci/json_write.h"
#include "oci/spec.h"
#include "runtime/mount_options.h"
#include "runtime_cli/features_words.h"
#include "runtime_cli/version.h"

namespace berth {

namespace {

using Words = std::span<const std::string_view>;

// A config.json with `part` in its top level and `linux_part` in "linux".
Result<RuntimeSpec> Parse(const std::string& part, const std::string& linux_part = "") {
  return ParseRuntimeSpec(R"({"ociVersion":"1.0.2","root":{"path":"/r"},"process":{"args":["a"],"cwd":"/"})" + part +
                              R"(,"linux":{"namespaces":[{"type":"mount"},{"type":"network"}])" + linux_part + "}}",
                          "/c");
}

bool Takes(const std::string& part, const std::string& linux_part = "") { return Parse(part, linux_part).has_value(); }

bool TakesLinux(const std::string& part) { return Takes("", "," + part); }

bool TakesProcess(const std::string& member) {
  return ParseProcess(R"({"args":["a"],"cwd":"/",)" + member + "}").has_value();
}

std::string Quoted(std::string_view word) { return "\"" + std::string(word) + "\""; }

template <typename Takes>
JsonValue Taken(Words words, Takes takes) {
  JsonArray taken;
  for (const std::string_view word : words) {
    if (takes(word)) {
      taken.push_back({std::string(word)});
    }
  }
  return {std::move(taken)};
}

// What is not known is handed to the filesystem as data.
bool TakesMountOption(std::string_view option) {
  Mount mount;
  mount.type = "tmpfs";
  mount.options.emplace_back(option);
  const auto parsed = ParseMountOptions(mount);
  return parsed && (parsed->data.empty() || IsFilesystemFlag(option));
}

bool TakesIdmap() {
  const std::string map = R"([{"containerID":0,"hostID":1000,"size":1}])";
  const auto spec = Parse(R"(,"mounts":[{"destination":"/d","type":"bind","source":"/s","options":["bind","idmap"],)"
                          R"("uidMappings":)" +
                          map + R"(,"gidMappings":)" + map + "}]");
  return spec && ParseMountOptions(spec->mounts.at(0));
}

bool TakesNamespace(std::string_view type) {
  if (type == "mount" || type == "network") {
    return true;  // in every question
  }
  const std::string map = R"([{"containerID":0,"hostID":1000,"size":1}])";
  const std::string mappings = type == "user" ? R"(,"uidMappings":)" + map + R"(,"gidMappings":)" + map : "";
  return ParseRuntimeSpec(R"({"ociVersion":"1.0.2","root":{"path":"/r"},"process":{"args":["a"],"cwd":"/"},)"
                          R"("linux":{"namespaces":[{"type":"mount"},{"type":)" +
                              Quoted(type) + "}]" + mappings + "}}",
                          "/c")
      .has_value();
}

bool TakesSeccomp(const std::string& members) {
  return TakesLinux(R"("seccomp":{"defaultAction":"SCMP_ACT_ERRNO","listenerPath":"/s")" + members + "}");
}

std::string Rule(const std::string& action, const std::string& more = "") {
  return R"(,"syscalls":[{"names":["read"],"action":)" + action + more + "}]";
}

JsonValue SeccompFeatures() {
  const std::string notify = Rule(R"("SCMP_ACT_NOTIFY")");
  const auto flag = [&](std::string_view name) { return TakesSeccomp(notify + R"(,"flags":[)" + Quoted(name) + "]"); };
  JsonValue seccomp;
  MemberOf(seccomp, "enabled").data = TakesSeccomp("");
  MemberOf(seccomp, "actions") =
      Taken(kSeccompActions, [](std::string_view action) { return TakesSeccomp(Rule(Quoted(action))); });
  MemberOf(seccomp, "operators") = Taken(kSeccompOperators, [](std::string_view op) {
    return TakesSeccomp(Rule(R"("SCMP_ACT_ALLOW")", R"(,"args":[{"index":0,"value":0,"op":)" + Quoted(op) + "}]"));
  });
  MemberOf(seccomp, "archs") = Taken(kSeccompArchitectures, [](std::string_view arch) {
    return TakesSeccomp(R"(,"architectures":[)" + Quoted(arch) + "]");
  });
  MemberOf(seccomp, "knownFlags") = Taken(kSeccompFlags, flag);
  MemberOf(seccomp, "supportedFlags") =
      Taken(kSeccompFlags, [&](std::string_view name) { return flag(name) && KernelHasSeccompFlag(name); });
  return seccomp;
}

bool TakesPolicy(const std::string& mode, const std::string& more) {
  const std::string start = R"("memoryPolicy":{"mode":)" + mode + more;
  return TakesLinux(start + "}") || TakesLinux(start + R"(,"nodes":"0"})");
}

JsonValue MemoryPolicyFeatures() {
  JsonValue policy;
  MemberOf(policy, "modes") = Taken(kMemoryModes, [](std::string_view mode) { return TakesPolicy(Quoted(mode), ""); });
  MemberOf(policy, "flags") = Taken(kMemoryFlags, [](std::string_view flag) {
    return TakesPolicy(R"("MPOL_BIND")", R"(,"flags":[)" + Quoted(flag) + "]");
  });
  return policy;
}

JsonValue CgroupFeatures() {
  JsonValue cgroup;
  MemberOf(cgroup, "v1").data = true;
  MemberOf(cgroup, "v2").data = true;
  MemberOf(cgroup, "systemd").data = false;
  MemberOf(cgroup, "systemdUser").data = false;
  MemberOf(cgroup, "rdma").data = TakesLinux(R"("resources":{"rdma":{"mlx5_1":{"hcaHandles":1}}})");
  return cgroup;
}

JsonValue LinuxFeatures() {
  JsonValue features;
  const auto enable = [&](const char* key, bool enabled) {
    MemberOf(MemberOf(features, key), "enabled").data = enabled;
  };
  MemberOf(features, "namespaces") = Taken(kNamespaceWords, TakesNamespace);
  MemberOf(features, "capabilities") = Taken(CapabilityNames(), [](std::string_view) { return true; });
  MemberOf(features, "cgroup") = CgroupFeatures();
  MemberOf(features, "seccomp") = SeccompFeatures();
  enable("apparmor", TakesProcess(R"("apparmorProfile":"p")"));
  enable("selinux", TakesProcess(R"("selinuxLabel":"l")"));
  enable("intelRdt", TakesLinux(R"("intelRdt":{"closID":"c"})"));
  MemberOf(features, "memoryPolicy") = MemoryPolicyFeatures();
  MemberOf(MemberOf(MemberOf(features, "mountExtensions"), "idmap"), "enabled").data = TakesIdmap();
  enable("netDevices", TakesLinux(R"("netDevices":{"eth0":{}})"));
  return features;
}

}  // namespace

std::string FeaturesJson() {
  JsonValue features;
  MemberOf(features, "ociVersionMin").data = std::string("1.0.0");
  MemberOf(features, "ociVersionMax").data = std::string(kSpecVersion);
  MemberOf(features, "hooks") = Taken(
      kHookWords, [](std::string_view kind) { return Takes(R"(,"hooks":{)" + Quoted(kind) + R"(:[{"path":"/h"}]})"); });
  MemberOf(features, "mountOptions") = Taken(kMountOptionWords, TakesMountOption);
  MemberOf(features, "linux") = LinuxFeatures();
  return JsonText(features);
}

}  // namespace berth
