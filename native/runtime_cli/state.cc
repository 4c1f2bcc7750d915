#include "runtime_cli/state.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "base/file.h"
#include "base/json_text.h"
#include "base/process.h"
#include "oci/json.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/copy_tree.h"
#include "runtime_cli/create.h"
#include "runtime_cli/host_cgroups.h"

namespace berth {

namespace {

constexpr const char* kFile = "state.json";
constexpr const char* kConfig = "config.json";

bool IsIdCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("_+-.").find(c) != std::string_view::npos;
}

std::string Member(const char* key, std::string_view text) { return JsonQuoted(key) + ":" + JsonQuoted(text) + ","; }

// "does not exist" is what containerd's shim takes for a container that is gone.
std::unexpected<Error> Absent(const std::string& id) {
  return Fail(ENOENT, "open", "container " + id + ": does not exist");
}

Status LockStateDir(const StateDir& dir, Use use) {
  return ::flock(dir.fd.get(), LOCK_EX | (use == Use::kTry ? LOCK_NB : 0)) == 0
             ? Status()
             : Status(Errno("flock", "container " + dir.id));
}

}  // namespace

Status CheckId(const std::string& id) {
  const bool good =
      !id.empty() && id.size() <= 255 && id != "." && id != ".." && std::ranges::all_of(id, IsIdCharacter);
  return good ? Status() : Fail(0, "", "container id " + JsonQuoted(id) + ": expected letters, digits, _ + - .");
}

Result<StateDir> MakeStateDir(const std::string& root, const std::string& id) {
  BERTH_TRY(CheckId(id));
  BERTH_TRY(MakeDirs(AT_FDCWD, root, 0711));
  BERTH_ASSIGN(const UniqueFd parent, OpenAt(AT_FDCWD, root, O_RDONLY | O_DIRECTORY));
  if (::mkdirat(parent.get(), id.c_str(), 0700) != 0) {
    return Errno("mkdir", "container " + id);
  }
  return OpenStateDir(root, id);
}

Result<StateDir> OpenStateDir(const std::string& root, const std::string& id, Use use) {
  BERTH_TRY(CheckId(id));
  auto fd = OpenAt(AT_FDCWD, root + "/" + id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!fd) {
    return fd.error().errnum == ENOENT ? Absent(id) : Fail(fd.error().errnum, fd.error().call, "container " + id);
  }
  StateDir dir{*std::move(fd), id};
  if (use == Use::kLook) {
    return dir;
  }
  BERTH_TRY(LockStateDir(dir, use));
  struct stat status{};
  if (::fstat(dir.fd.get(), &status) != 0 || status.st_nlink == 0) {
    return Absent(id);  // removed by who had the lock before us
  }
  return dir;
}

Status RemoveStateDir(const std::string& root, const StateDir& dir) {
  BERTH_ASSIGN(const UniqueFd parent, OpenAt(AT_FDCWD, root, O_RDONLY | O_DIRECTORY));
  return RemoveTreeAt(parent.get(), dir.id);
}

Status RemoveHalfMade(const std::string& root, const StateDir& dir) {
  BERTH_ASSIGN(const std::vector<std::string> names, EntryNames(dir.fd.get()));
  // With what a write that was cut short leaves beside the file.
  const auto is_ours = [](const std::string& name) { return name.find(kConfig) <= 1 || name.find(kFile) <= 1; };
  if (!std::ranges::all_of(names, is_ours)) {
    return Fail(ENOTEMPTY, "", "container " + dir.id + ": its directory is none of a container");
  }
  return RemoveStateDir(root, dir);
}

Result<std::vector<std::string>> ContainerIds(const std::string& root) {
  const auto parent = OpenAt(AT_FDCWD, root, O_RDONLY | O_DIRECTORY);
  if (!parent && parent.error().errnum == ENOENT) {
    return std::vector<std::string>();
  }
  if (!parent) {
    return std::unexpected(parent.error());
  }
  BERTH_ASSIGN(std::vector<std::string> names, EntryNames(parent->get()));
  std::erase_if(names, [](const std::string& name) { return !CheckId(name); });
  std::ranges::sort(names);
  return names;
}

Status WriteConfig(const StateDir& dir, std::string_view text) {
  return ReplaceFileAt(dir.fd.get(), kConfig, text, 0600, false);
}

Result<std::string> ReadConfig(const StateDir& dir) {
  auto text = ReadFileAt(dir.fd.get(), kConfig);
  return text ? text : Wrap(std::move(text).error(), "container " + dir.id);
}

Status WriteState(const StateDir& dir, const State& state) {
  const std::string text =
      "{" + Member("id", state.id) + Member("ociVersion", state.oci_version) + "\"pid\":" + std::to_string(state.pid) +
      ",\"startTime\":" + std::to_string(state.start_time) + "," + Member("bundle", state.bundle) +
      Member("created", state.created) + Member("cgroup", state.cgroup) +
      "\"newKeyring\":" + (state.new_keyring ? "true," : "false,") + "\"hooks\":" + (state.hooks ? "true," : "false,") +
      "\"annotations\":" + StringMapJson(state.annotations) + "}\n";
  return ReplaceFileAt(dir.fd.get(), kFile, text, 0600, false);
}

Result<State> ReadState(const StateDir& dir) {
  auto text = ReadFileAt(dir.fd.get(), kFile);
  if (!text) {
    return Wrap(std::move(text).error(), "container " + dir.id);
  }
  State state;
  BERTH_TRY(ParseJsonObject(*text, kFile, [&state](JsonObject& object) {
    state.id = object.RequiredString("id");
    state.oci_version = object.RequiredString("ociVersion");
    state.pid = static_cast<pid_t>(object.Int("pid", 0, INT32_MAX).value_or(0));
    state.start_time = object.Unsigned("startTime").value_or(0);
    state.bundle = object.RequiredString("bundle");
    state.created = object.RequiredString("created");
    state.cgroup = object.String("cgroup");
    state.new_keyring = object.Bool("newKeyring");
    state.annotations = object.StringMap("annotations");
    state.hooks = object.Bool("hooks");
  }));
  return state;
}

const char* StatusOf(const StateDir& dir, const State& state) {
  if (state.pid == 0) {
    return "creating";
  }
  if (!ProcessAlive(state.pid, state.start_time)) {
    return "stopped";
  }
  if (::faccessat(dir.fd.get(), kStartSocket, F_OK, 0) == 0) {
    return "created";
  }
  if (state.cgroup.empty()) {
    return "running";
  }
  const auto cgroups = HostCgroups();
  return cgroups && IsFrozen(*cgroups, state.cgroup) ? "paused" : "running";
}

Status CheckRuns(const StateDir& dir, const State& state) {
  const std::string_view status = StatusOf(dir, state);
  const bool runs = status != "creating" && status != "stopped";
  return runs ? Status() : Fail(0, "", "container " + dir.id + ": container not running: is " + std::string(status));
}

Status CheckCgroup(const State& state, const std::string& command) {
  return state.cgroup.empty() ? Status(Fail(0, "",
                                            "container " + state.id + ": has no cgroup, which " + command +
                                                " needs (--cgroup-manager disabled)"))
                              : Status();
}

ContainerState ToldState(const State& state, const char* status) {
  return {.oci_version = state.oci_version,
          .id = state.id,
          .status = status,
          .pid = std::string_view(status) == "stopped" ? 0 : state.pid,
          .bundle = state.bundle,
          .annotations = state.annotations};
}

std::string StateJson(const State& state, const char* status) {
  std::string text = ContainerStateJson(ToldState(state, status));
  text.pop_back();
  return text + ",\"created\":" + JsonQuoted(state.created) + "}";
}

}  // namespace berth
