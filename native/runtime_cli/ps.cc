#include "runtime_cli/ps.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/text.h"
#include "runtime_cli/host_cgroups.h"
#include "runtime_cli/table.h"

namespace berth {

namespace {

using Row = std::vector<std::string>;

// The rest of the line that begins with `key`: "Uid:\t0\t0\t0\t0".
std::string_view LineOf(std::string_view status, std::string_view key) {
  for (const std::string_view line : Split(status, '\n')) {
    if (line.starts_with(key)) {
      return Trim(line.substr(key.size()));
    }
  }
  return {};
}

std::string FirstWord(std::string_view text) { return std::string(text.substr(0, text.find_first_of("\t "))); }

// Processor time of user and kernel: fields 14 and 15 of stat, counted behind the name, which may hold anything.
std::string TimeText(std::string_view stat) {
  const std::vector<std::string_view> fields = SplitWords(stat.substr(stat.rfind(')') + 1));
  const int64_t ticks =
      fields.size() < 13 ? 0 : ParseNumber(fields[11]).value_or(0) + ParseNumber(fields[12]).value_or(0);
  const int64_t seconds = ticks / ::sysconf(_SC_CLK_TCK);
  char text[32];
  std::snprintf(text, sizeof text, "%02lld:%02lld:%02lld", static_cast<long long>(seconds / 3600),
                static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60));
  return text;
}

// A container's own text on somebody's terminal: nothing in it moves the cursor.
std::string Printable(std::string text) {
  while (!text.empty() && text.back() == '\0') {
    text.pop_back();
  }
  std::ranges::replace(text, '\0', ' ');
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

// Nothing where the process has ended meanwhile.
std::optional<Row> RowOf(pid_t pid) {
  const std::string dir = "/proc/" + std::to_string(pid);
  const auto status = ReadFileAt(AT_FDCWD, dir + "/status");
  const auto stat = ReadFileAt(AT_FDCWD, dir + "/stat");
  const auto command_line = ReadFileAt(AT_FDCWD, dir + "/cmdline");
  if (!status || !stat || !command_line) {
    return std::nullopt;
  }
  // Without a command line (a zombie) the name stands for it.
  const std::string name = "[" + std::string(LineOf(*status, "Name:\t")) + "]";
  return Row{FirstWord(LineOf(*status, "Uid:\t")),
             std::to_string(pid),
             FirstWord(LineOf(*status, "PPid:\t")),
             FirstWord(LineOf(*status, "State:\t")),
             TimeText(*stat),
             Printable(command_line->empty() ? name : *command_line)};
}

std::string PidsJson(const std::vector<pid_t>& pids) {
  std::string text = "[";
  for (const pid_t pid : pids) {
    text += (text.size() == 1 ? "" : ",") + std::to_string(pid);
  }
  return text + "]\n";
}

}  // namespace

Result<std::string> ListProcesses(const Arguments& arguments, const State& state) {
  BERTH_TRY(CheckCgroup(state, "ps"));
  BERTH_ASSIGN(const CgroupHost cgroups, HostCgroups());
  std::vector<pid_t> pids = CgroupProcesses(cgroups, state.cgroup);
  std::ranges::sort(pids);
  if (arguments.Get("format") == "json") {
    return PidsJson(pids);
  }
  std::vector<Row> rows = {{"UID", "PID", "PPID", "STAT", "TIME", "CMD"}};
  for (const pid_t pid : pids) {
    if (auto row = RowOf(pid)) {
      rows.push_back(*std::move(row));
    }
  }
  return TableText(rows);
}

}  // namespace berth
