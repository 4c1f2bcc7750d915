#include <algorithm>

#include "oci/capability.h"
#include "oci/spec_parts.h"

namespace berth {

namespace {

void ReadUser(JsonObject& object, User& user) {
  user.uid = object.UnsignedAs<uint32_t>("uid", kMaxId).value_or(0);
  user.gid = object.UnsignedAs<uint32_t>("gid", kMaxId).value_or(0);
  user.umask = object.UnsignedAs<mode_t>("umask", 0777);
  user.additional_gids = object.Ids("additionalGids");
}

void ReadConsoleSize(JsonObject& object, Process& process) {
  process.console_height = object.UnsignedAs<uint16_t>("height").value_or(0);
  process.console_width = object.UnsignedAs<uint16_t>("width").value_or(0);
}

void ReadRlimit(JsonObject& object, Process& process) {
  Rlimit limit;
  limit.type = object.RequiredString("type");
  limit.soft = object.Unsigned("soft").value_or(0);
  limit.hard = object.Unsigned("hard").value_or(0);
  if (!object.Has("soft") || !object.Has("hard") || limit.soft > limit.hard) {
    object.Problem("soft", "expected soft and hard, soft at most hard");
  }
  if (std::ranges::any_of(process.rlimits, [&limit](const Rlimit& other) { return other.type == limit.type; })) {
    object.Problem("type", limit.type + " occurs twice");
  }
  process.rlimits.push_back(std::move(limit));
}

// The section on capabilities has a runtime warn of names that the kernel does not have, and go on.
uint64_t ReadCapabilitySet(JsonObject& object, const char* key, std::vector<std::string>& warnings) {
  uint64_t mask = 0;
  for (const std::string& name : object.Strings(key)) {
    if (const auto number = CapabilityNumber(name)) {
      mask |= uint64_t{1} << *number;
    } else {
      warnings.push_back(std::string("process.capabilities.") + key + ": no capability is named '" + name + "'");
    }
  }
  return mask;
}

void ReadCapabilities(JsonObject& object, CapabilitySets& sets, std::vector<std::string>& warnings) {
  sets.bounding = ReadCapabilitySet(object, "bounding", warnings);
  sets.effective = ReadCapabilitySet(object, "effective", warnings);
  sets.permitted = ReadCapabilitySet(object, "permitted", warnings);
  sets.inheritable = ReadCapabilitySet(object, "inheritable", warnings);
  sets.ambient = ReadCapabilitySet(object, "ambient", warnings);
  // The kernel refuses these two with a bare EPERM.
  if ((sets.effective & ~sets.permitted) != 0) {
    object.Problem("effective", "holds a capability that is not permitted");
  }
  // The section on capabilities has a runtime warn of one that cannot be granted.
  const uint64_t grantable = sets.permitted & sets.inheritable;
  if ((sets.ambient & ~grantable) != 0) {
    warnings.emplace_back("process.capabilities.ambient: what is not permitted and inheritable is not granted");
    sets.ambient &= grantable;
  }
}

void CheckStrings(JsonObject& object, const Process& process) {
  if (process.args.empty() || process.args.front().empty()) {
    object.Problem("args", "expected a command");
  }
  CheckEnvironment(object, process.env);
  RequireAbsolute(object, "cwd", process.cwd);
}

}  // namespace

void CheckEnvironment(JsonObject& object, const std::vector<std::string>& env) {
  for (const std::string& variable : env) {
    if (variable.find('=') == std::string::npos || variable.starts_with('=')) {
      object.Problem("env", "expected NAME=value, not '" + variable.substr(0, variable.find('=')) + "'");
    }
  }
}

void ReadProcess(JsonObject& object, Process& process) {
  process.terminal = object.Bool("terminal");
  object.Object("consoleSize", [&process](JsonObject& size) { ReadConsoleSize(size, process); });
  object.Object("user", [&process](JsonObject& user) { ReadUser(user, process.user); });
  process.args = object.Strings("args");
  process.env = object.Strings("env");
  process.cwd = object.RequiredString("cwd");
  object.Object("capabilities", [&process](JsonObject& capabilities) {
    ReadCapabilities(capabilities, process.capabilities.emplace(), process.warnings);
  });
  object.Objects("rlimits", [&process](JsonObject& limit) { ReadRlimit(limit, process); });
  process.no_new_privileges = object.Bool("noNewPrivileges");
  if (const auto score = object.Int("oomScoreAdj", -1000, 1000)) {
    process.oom_score_adj = static_cast<int>(*score);
  }
  CheckStrings(object, process);
}

}  // namespace berth
