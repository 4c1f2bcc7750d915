#include "runtime_cli/delete.h"

#include <regex.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/cleanup.h"
#include "runtime_cli/remove.h"
#include "runtime_cli/state.h"

namespace berth {

namespace {

// A command that hangs (a `create` whose mounts never answer) holds the lock: what it waits for ends first.
Result<StateDir> OpenByForce(const std::string& root, const std::string& id) {
  auto dir = OpenStateDir(root, id, Use::kTry);
  if (dir || dir.error().errnum != EWOULDBLOCK) {
    return dir;
  }
  BERTH_ASSIGN(const StateDir seen, OpenStateDir(root, id, Use::kLook));
  if (const auto state = ReadState(seen); state) {
    BERTH_TRY(KillContainer(*state));
  }
  return OpenStateDir(root, id);
}

Status Delete(const Arguments& arguments, const std::string& root, const std::string& id) {
  const bool force = arguments.Has("force");
  const auto dir = force ? OpenByForce(root, id) : OpenStateDir(root, id);
  if (!dir) {
    return force && dir.error().errnum == ENOENT ? Status() : Status(std::unexpected(dir.error()));
  }
  const auto state = ReadState(*dir);
  if (!state && force && state.error().errnum == ENOENT) {
    // What is left of a `create` that was killed before it made anything.
    return RemoveHalfMade(root, *dir);
  }
  if (!state) {
    return std::unexpected(state.error());
  }
  if (const std::string_view status = StatusOf(*dir, *state); !force && status != "stopped") {
    return Fail(0, "", "container " + id + ": is " + std::string(status) + ", not stopped");
  }
  return RemoveContainer(arguments, root, *dir, *state);
}

Result<std::vector<std::string>> MatchingIds(const std::string& root, const std::string& pattern) {
  regex_t expression;
  if (const int problem = ::regcomp(&expression, pattern.c_str(), REG_EXTENDED | REG_NOSUB); problem != 0) {
    char text[256];
    ::regerror(problem, &expression, text, sizeof text);
    return Fail(0, "", "--regex " + pattern + ": " + text);
  }
  const Cleanup free_expression([&expression] { ::regfree(&expression); });
  BERTH_ASSIGN(std::vector<std::string> ids, ContainerIds(root));
  std::erase_if(ids, [&](const std::string& id) { return ::regexec(&expression, id.c_str(), 0, nullptr, 0) != 0; });
  return ids;
}

}  // namespace

Status DeleteContainers(const Arguments& arguments, const std::string& root, const std::string& id) {
  if (!arguments.Has("regex")) {
    return Delete(arguments, root, id);
  }
  BERTH_ASSIGN(const std::vector<std::string> ids, MatchingIds(root, id));
  Status first;
  for (const std::string& match : ids) {
    auto removed = Delete(arguments, root, match);
    if (first) {
      first = std::move(removed);
    }
  }
  return first;
}

}  // namespace berth
