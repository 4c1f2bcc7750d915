#include "runtime_cli/run.h"

#include <sys/prctl.h>

#include "runtime_cli/create.h"
#include "runtime_cli/foreground.h"
#include "runtime_cli/remove.h"

namespace berth {

namespace {

Status Remove(const Arguments& arguments, const std::string& root, const State& state) {
  const auto dir = OpenStateDir(root, state.id);
  if (!dir) {
    // Removed by another command meanwhile.
    return dir.error().errnum == ENOENT ? Status() : Status(std::unexpected(dir.error()));
  }
  return RemoveContainer(arguments, root, *dir, state);
}

}  // namespace

Result<int> RunContainer(const Arguments& arguments, const std::string& root, const std::string& id) {
  const bool detached = arguments.Has("detach");
  if (!detached && !arguments.Has("no-subreaper")) {
    // What init leaves behind in a pid namespace that is not its own becomes our child, and not our caller's.
    (void)::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  }
  BERTH_ASSIGN(Created created, CreateContainer(arguments, root, id, !detached));
  HoldSignals();
  const auto started = StartContainer(arguments, root, id);
  if (started && detached) {
    return 0;
  }
  Result<int> code =
      started ? WaitInForeground(created.state.pid, std::move(created.terminal)) : std::unexpected(started.error());
  if (!started || !arguments.Has("keep")) {
    BERTH_TRY(Remove(arguments, root, created.state));
  }
  return code;
}

}  // namespace berth
