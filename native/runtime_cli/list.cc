#include "runtime_cli/list.h"

#include <algorithm>
#include <array>
#include <vector>

#include "runtime_cli/state.h"

namespace berth {

namespace {

using Row = std::array<std::string, 5>;

std::string TableText(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    for (size_t column = 0; column < row.size(); ++column) {
      size_t width = 0;
      for (const Row& other : rows) {
        width = std::max(width, other[column].size());
      }
      const bool last = column + 1 == row.size();
      text += row[column] + (last ? "\n" : std::string(width - row[column].size() + 2, ' '));
    }
  }
  return text;
}

}  // namespace

Result<std::string> ListContainers(const Arguments& arguments, const std::string& root) {
  BERTH_ASSIGN(const std::vector<std::string> ids, ContainerIds(root));
  std::vector<Row> rows = {{"ID", "PID", "STATUS", "BUNDLE", "CREATED"}};
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
    BERTH_ASSIGN(const State state, ReadState(*dir));
    const std::string status = StatusOf(*dir, state);
    const std::string pid = std::to_string(status == "stopped" ? 0 : state.pid);
    rows.push_back({id, pid, status, state.bundle, state.created});
    names += id + "\n";
    objects += (objects.empty() ? "" : ",") + StateJson(state, status.c_str());
  }
  if (arguments.Has("quiet")) {
    return names;
  }
  return arguments.Get("format") == "json" ? "[" + objects + "]\n" : TableText(rows);
}

}  // namespace berth
