// What the runtime remembers of a container: <root>/<id>/state.json, in a directory of mode 0700 that also holds config.json
// as `create` read it, and the socket `start` (see create.h).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/container_state.h"
#include "oci/spec.h"

namespace berth {

struct State {
  std::string id;
  std::string oci_version;
  pid_t pid = 0;  // 0: init was not made yet
  uint64_t start_time = 0;
  std::string bundle;   // absolute
  std::string created;  // RFC 3339
  std::string cgroup;   // empty: `--cgroup-manager disabled`
  bool new_keyring = true;
  std::map<std::string, std::string> annotations;
  bool hooks = false;  // config.json has some
};

// A container's directory, locked: commands on one container take turns.
struct StateDir {
  UniqueFd fd;
  std::string id;
};

// Letters, digits, '_', '+', '-' and '.', at most 255 of them. An error has errnum 0.
Status CheckId(const std::string& id);

// Makes the directory (and `root`). EEXIST: there is such a container.
Result<StateDir> MakeStateDir(const std::string& root, const std::string& id);
// ENOENT: there is no such container. kLook takes no lock, for who changes nothing: hooks may ask for the state of the
// container that is waiting for them.
// kTry does not wait for the lock: EWOULDBLOCK.
enum class Use { kLook, kTry, kChange };
Result<StateDir> OpenStateDir(const std::string& root, const std::string& id, Use use = Use::kChange);
Status RemoveStateDir(const std::string& root, const StateDir& dir);
// One that holds no state yet. ENOTEMPTY: it has other things than a container that is being made; none is touched.
Status RemoveHalfMade(const std::string& root, const StateDir& dir);

// Names of the containers under `root`, sorted; none where it is missing.
Result<std::vector<std::string>> ContainerIds(const std::string& root);

// The container's configuration, whatever has become of the bundle since.
Status WriteConfig(const StateDir& dir, std::string_view text);
Result<std::string> ReadConfig(const StateDir& dir);

Status WriteState(const StateDir& dir, const State& state);
Result<State> ReadState(const StateDir& dir);

// "creating", "created", "running" or "stopped", as the specification has them, or "paused".
const char* StatusOf(const StateDir& dir, const State& state);

// Errors that say so: a container that has stopped or is not there yet, and one without a cgroup of its own, which
// `command` needs.
Status CheckRuns(const StateDir& dir, const State& state);
Status CheckCgroup(const State& state, const std::string& command);

// What hooks are told. A container that has stopped has no pid.
ContainerState ToldState(const State& state, const char* status);

// The specification's state JSON with "created" beside, on one line.
std::string StateJson(const State& state, const char* status);

}  // namespace berth
