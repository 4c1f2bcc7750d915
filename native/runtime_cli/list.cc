#include "runtime_cli/list.h"

#include <vector>

#include "runtime_cli/state.h"
#include "runtime_cli/table.h"

namespace berth {

Result<std::string> ListContainers(const Arguments& arguments, const std::string& root) {
  BERTH_ASSIGN(const std::vector<std::string> ids, ContainerIds(root));
  std::vector<std::vector<std::string>> rows = {{"ID", "PID", "STATUS", "BUNDLE", "CREATED"}};
  std::string names;
  std::string objects;
  for (const std::string& id : ids) {
    const auto dir = OpenStateDir(root, id, Use::kLook);
    if (!dir && dir.error().errnum == ENOENT) {
      continue;
    }
    if (!dir) {
      return std::unexpected(dir.error());
    }
    const auto state = ReadState(*dir);
    if (!state && state.error().errnum == ENOENT) {
      continue;  // it is being made, or removed
    }
    if (!state) {
      return std::unexpected(state.error());
    }
    const std::string status = StatusOf(*dir, *state);
    const std::string pid = std::to_string(status == "stopped" ? 0 : state->pid);
    rows.push_back({id, pid, status, state->bundle, state->created});
    names += id + "\n";
    objects += (objects.empty() ? "" : ",") + StateJson(*state, status.c_str());
  }
  if (arguments.Has("quiet")) {
    return names;
  }
  return arguments.Get("format") == "json" ? "[" + objects + "]\n" : TableText(rows);
}

}  // namespace berth
