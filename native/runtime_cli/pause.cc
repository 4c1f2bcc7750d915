#include "runtime_cli/pause.h"

#include <string_view>

#include "runtime/cgroup/cgroup.h"
#include "runtime_cli/host_cgroups.h"

namespace berth {

Status PauseContainer(const StateDir& dir, const State& state) {
  BERTH_TRY(CheckCgroup(state, "pause"));
  if (const std::string_view status = StatusOf(dir, state); status != "running") {
    return Fail(0, "", "container " + dir.id + ": container not running: is " + std::string(status));
  }
  BERTH_ASSIGN(const CgroupHost cgroups, HostCgroups());
  auto frozen = SetFrozen(cgroups, state.cgroup, true);
  if (!frozen) {
    (void)SetFrozen(cgroups, state.cgroup, false);
    return Wrap(std::move(frozen).error(), "container " + dir.id);
  }
  return {};
}

Status ResumeContainer(const StateDir& dir, const State& state) {
  BERTH_TRY(CheckCgroup(state, "resume"));
  if (const std::string_view status = StatusOf(dir, state); status != "paused") {
    return Fail(0, "", "container " + dir.id + ": container not paused: is " + std::string(status));
  }
  BERTH_ASSIGN(const CgroupHost cgroups, HostCgroups());
  return SetFrozen(cgroups, state.cgroup, false);
}

}  // namespace berth
