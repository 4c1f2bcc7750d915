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
  object.Skip("username");  // of Windows
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

// The section on capabilities has a runtime warn of what can't be granted, and go on.
uint64_t ReadCapabilitySet(JsonObject& object, const char* key) {
  uint64_t mask = 0;
  for (const std::string& name : object.Strings(key)) {
    if (const auto number = CapabilityNumber(name)) {
      mask |= uint64_t{1} << *number;
    } else {
      object.Warn(key, "unknown capability '" + name + "' is not granted");
    }
  }
  return mask;
}

// Leaves what of a set the kernel would grant; it refuses the others with a bare EPERM.
void Limit(JsonObject& object, const char* key, uint64_t& set, uint64_t grantable, const char* reason) {
  if ((set & ~grantable) != 0) {
    object.Warn(key, std::string("what is not ") + reason + " is not granted");
    set &= grantable;
  }
}

void ReadCapabilities(JsonObject& object, CapabilitySets& sets) {
  sets.bounding = ReadCapabilitySet(object, "bounding");
  sets.effective = ReadCapabilitySet(object, "effective");
  sets.permitted = ReadCapabilitySet(object, "permitted");
  sets.inheritable = ReadCapabilitySet(object, "inheritable");
  sets.ambient = ReadCapabilitySet(object, "ambient");
  Limit(object, "effective", sets.effective, sets.permitted, "permitted");
  Limit(object, "ambient", sets.ambient, sets.permitted & sets.inheritable, "permitted and inheritable");
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
    ReadCapabilities(capabilities, process.capabilities.emplace());
  });
  object.Objects("rlimits", [&process](JsonObject& limit) { ReadRlimit(limit, process); });
  process.no_new_privileges = object.Bool("noNewPrivileges");
  if (const auto score = object.Int("oomScoreAdj", -1000, 1000)) {
    process.oom_score_adj = static_cast<int>(*score);
  }
  process.apparmor_profile = object.String("apparmorProfile");
  process.selinux_label = object.String("selinuxLabel");
  object.Object("ioPriority",
                [&process](JsonObject& priority) { ReadIoPriority(priority, process.io_priority.emplace()); });
  object.Object("scheduler",
                [&process](JsonObject& scheduler) { ReadScheduler(scheduler, process.scheduler.emplace()); });
  object.Object("execCPUAffinity",
                [&process](JsonObject& affinity) { ReadExecCpuAffinity(affinity, process.exec_cpu_affinity); });
  object.Refuse("commandLine");  // of Windows
  CheckStrings(object, process);
}

}  // namespace berth
