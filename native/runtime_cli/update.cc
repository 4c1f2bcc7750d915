#include "runtime_cli/update.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "base/file.h"
#include "oci/json_write.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime_cli/bundle.h"
#include "runtime_cli/device_rules.h"
#include "runtime_cli/host_cgroups.h"
#include "runtime_cli/log.h"
#include "runtime_cli/update_options.h"

namespace berth {

namespace {

constexpr size_t kMostBytes = 16U << 20U;

// Numbers for which 0 is a value like any other.
constexpr std::string_view kZeroCounts[] = {"idle", "burst", "swappiness"};

bool SaysNothing(const std::string& key, const JsonValue& value) {
  const uint64_t* const number = value.As<uint64_t>();
  const std::string* const text = value.As<std::string>();
  return (number != nullptr && *number == 0 && std::ranges::find(kZeroCounts, key) == std::end(kZeroCounts)) ||
         (text != nullptr && text->empty()) || value.As<std::nullptr_t>() != nullptr;
}

// Leaves arrays alone: a rule or a limit in a list is whole.
void DropNothings(JsonValue& object) {
  auto* const members = std::get_if<JsonMembers>(&object.data);
  if (members == nullptr) {
    return;
  }
  std::erase_if(*members, [](const auto& member) { return SaysNothing(member.first, member.second); });
  for (auto& [key, value] : *members) {
    DropNothings(value);
  }
}

Result<std::string> ReadResourcesText(const std::string& file) {
  auto text = file == "-" ? ReadAll(STDIN_FILENO, kMostBytes) : ReadFileAt(AT_FDCWD, file);
  return text ? text : Fail(text.error().errnum, text.error().call, "--resources " + file);
}

// v1 takes device rules one by one, the first of which denies everything: nobody looks while that lasts.
Status Apply(const CgroupHost& cgroups, const StateDir& dir, const State& state, const LinuxResources& resources) {
  const Controller* const devices = cgroups.Find("devices");
  const bool in_steps = !resources.devices.empty() && devices != nullptr && !devices->mount_point.empty();
  const bool freeze = in_steps && std::string_view(StatusOf(dir, state)) != "paused";
  if (freeze) {
    BERTH_TRY(SetFrozen(cgroups, state.cgroup, true));
  }
  auto applied = ApplyResources(cgroups, state.cgroup, resources, CgroupAge::kUsed);
  if (freeze) {
    BERTH_TRY(SetFrozen(cgroups, state.cgroup, false));
  }
  return applied;
}

// Device rules only where they change.
Result<LinuxResources> ParseChange(const JsonValue& resources, bool with_devices) {
  BERTH_ASSIGN(LinuxResources parsed, ParseResources(JsonText(resources)));
  parsed.devices = with_devices ? WithDefaultDevices(parsed.devices) : std::vector<DeviceRule>();
  return parsed;
}

}  // namespace

Result<JsonValue> ReadUpdate(const Arguments& arguments) {
  BERTH_ASSIGN(JsonValue update, ResourcesOfOptions(arguments));
  if (arguments.Has("resources")) {
    if (!update.As<JsonMembers>()->empty()) {
      return Fail(0, "", "--resources: says it all, no other option goes with it");
    }
    BERTH_ASSIGN(const std::string text, ReadResourcesText(arguments.Get("resources")));
    BERTH_ASSIGN(update, ParseJson(text, "resources"));
    if (update.As<JsonMembers>() == nullptr) {
      return Fail(0, "resources", "expected an object");
    }
  }
  DropNothings(update);
  return update;
}

Status UpdateContainer(const Arguments& arguments, const StateDir& dir, const State& state, const JsonValue& update) {
  BERTH_TRY(CheckCgroup(state, "update"));
  BERTH_TRY(CheckRuns(dir, state));
  BERTH_ASSIGN(const CgroupHost cgroups, HostCgroups());
  BERTH_ASSIGN(const std::string config, ReadConfig(dir));
  BERTH_ASSIGN(JsonValue spec, ParseJson(config, "config.json"));
  JsonValue& resources = MemberOf(MemberOf(spec, "linux"), "resources");
  const JsonValue before = resources;
  MergeJson(resources, update);
  JsonValue changes = update;
  const bool with_devices = FindMember(changes, "devices") != nullptr;
  BERTH_ASSIGN(const LinuxResources wanted, ParseChange(resources, with_devices));
  WarnOf(arguments, wanted.warnings);
  WarnOf(arguments, ResourcesWithoutEffect(cgroups, wanted));
  if (auto applied = Apply(cgroups, dir, state, wanted); !applied) {
    BERTH_ASSIGN(const LinuxResources old, ParseChange(before, with_devices));
    (void)Apply(cgroups, dir, state, old);
    return Wrap(std::move(applied).error(), "container " + dir.id);
  }
  return WriteConfig(dir, JsonText(spec));
}

}  // namespace berth
