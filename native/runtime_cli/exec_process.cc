#include "runtime_cli/exec_process.h"

#include <fcntl.h>

#include "base/file.h"
#include "oci/json_write.h"
#include "runtime_cli/process_options.h"

namespace berth {

namespace {

constexpr int64_t kMostId = UINT32_MAX - 1;

// Options that are refused beside `--process`, since they would be lost.
constexpr const char* kChanges[] = {"user", "additional-gids", "cwd",      "env",
                                    "cap",  "no-new-privs",    "apparmor", "process-label"};

JsonValue Text(std::string text) { return JsonValue{std::move(text)}; }

JsonArray Texts(const std::vector<std::string>& texts) {
  JsonArray array;
  for (const std::string& text : texts) {
    array.push_back(Text(text));
  }
  return array;
}

void Append(JsonValue& array, JsonArray more) {
  if (array.As<JsonArray>() == nullptr) {
    array.data = JsonArray();
  }
  auto& values = std::get<JsonArray>(array.data);
  values.insert(values.end(), more.begin(), more.end());
}

Result<JsonValue> Id(const std::string& option, const std::string& text) {
  BERTH_ASSIGN(const int64_t id, ParseCount(option, text, kMostId));
  return JsonValue{static_cast<uint64_t>(id)};
}

// "UID" or "UID:GID"
Status SetUser(const Arguments& arguments, JsonValue& process) {
  const std::string user = arguments.Get("user");
  const size_t colon = user.find(':');
  if (arguments.Has("user")) {
    BERTH_ASSIGN(MemberOf(MemberOf(process, "user"), "uid"), Id("--user", user.substr(0, colon)));
  }
  if (colon != std::string::npos) {
    BERTH_ASSIGN(MemberOf(MemberOf(process, "user"), "gid"), Id("--user", user.substr(colon + 1)));
  }
  JsonArray groups;
  for (const std::string& group : arguments.All("additional-gids")) {
    BERTH_ASSIGN(JsonValue id, Id("--additional-gids", group));
    groups.push_back(std::move(id));
  }
  if (!groups.empty()) {
    Append(MemberOf(MemberOf(process, "user"), "additionalGids"), std::move(groups));
  }
  return {};
}

void SetTexts(const Arguments& arguments, JsonValue& process) {
  constexpr std::pair<const char*, const char*> kKeys[] = {
      {"cwd", "cwd"}, {"apparmor", "apparmorProfile"}, {"process-label", "selinuxLabel"}};
  for (const auto& [option, key] : kKeys) {
    if (arguments.Has(option)) {
      MemberOf(process, key) = Text(arguments.Get(option));
    }
  }
  Append(MemberOf(process, "env"), Texts(arguments.All("env")));
}

void AddCapabilities(const Arguments& arguments, JsonValue& process) {
  if (!arguments.Has("cap")) {
    return;
  }
  // Neither inheritable nor ambient: what the process executes as another user is not to have them.
  for (const char* const set : {"bounding", "effective", "permitted"}) {
    Append(MemberOf(MemberOf(process, "capabilities"), set), Texts(arguments.All("cap")));
  }
}

Result<Process> FromCommandLine(const Arguments& arguments, std::string_view config) {
  BERTH_ASSIGN(JsonValue spec, ParseJson(config, "config.json"));
  JsonValue& process = MemberOf(spec, "process");
  MemberOf(process, "args").data = Texts({arguments.operands.begin() + 1, arguments.operands.end()});
  MemberOf(process, "terminal").data = arguments.Has("tty");
  BERTH_TRY(SetUser(arguments, process));
  SetTexts(arguments, process);
  AddCapabilities(arguments, process);
  if (arguments.Has("no-new-privs")) {
    MemberOf(process, "noNewPrivileges").data = true;
  }
  return ParseProcess(JsonText(process));
}

}  // namespace

Result<Process> ProcessOfExec(const Arguments& arguments, std::string_view config) {
  const bool has_command = arguments.operands.size() > 1;
  if (arguments.Has("process") == has_command) {
    return Fail(0, "", has_command ? "--process: a command is given, too" : "exec: expected --process or a command");
  }
  if (has_command) {
    return FromCommandLine(arguments, config);
  }
  for (const char* const option : kChanges) {
    if (arguments.Has(option)) {
      return Fail(0, "", std::string("--") + option + ": --process says it all");
    }
  }
  const std::string file = arguments.Get("process");
  const auto text = ReadFileAt(AT_FDCWD, file);
  if (!text) {
    return Fail(text.error().errnum, text.error().call, "--process " + file);
  }
  BERTH_ASSIGN(Process process, ParseProcess(*text));
  process.terminal = process.terminal || arguments.Has("tty");  // conmon says it twice
  return process;
}

}  // namespace berth
