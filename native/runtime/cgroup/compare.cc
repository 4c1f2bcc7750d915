#include "runtime/cgroup/compare.h"

#include <fcntl.h>
#include <unistd.h>

#include <set>

#include "base/file.h"
#include "runtime/cgroup/controllers.h"
#include "runtime/cgroup/text.h"

namespace berth {

namespace {

std::set<int64_t> ParseCpuset(std::string_view text) {
  std::set<int64_t> numbers;
  for (const std::string_view range : Split(Trim(text), ',')) {
    const size_t dash = range.find('-');
    const int64_t first = ParseNumber(range.substr(0, dash)).value_or(-1);
    const int64_t last = dash == std::string_view::npos ? first : ParseNumber(range.substr(dash + 1)).value_or(-1);
    for (int64_t number = first; number >= 0 && number <= last; ++number) {
      numbers.insert(number);
    }
  }
  return numbers;
}

// Pages, or -1 for unlimited: "max", -1, and what v1 shows for it, the largest number of whole pages (of up to 64 KiB).
int64_t Pages(std::string_view text) {
  const auto number = ParseNumber(text);
  const bool unlimited = !number || *number < 0 || *number >= INT64_MAX - 65535;
  return unlimited ? -1 : *number / ::sysconf(_SC_PAGESIZE);
}

std::string_view FirstLine(std::string_view text) { return Trim(text.substr(0, text.find('\n'))); }

void CompareWrite(const std::string& directory, const CgroupWrite& write, std::vector<CgroupDifference>* out) {
  if (write.compare == Compare::kNever) {
    return;
  }
  const auto text = ReadFileAt(AT_FDCWD, directory + "/" + write.file);
  if (text && !IsHeld(write, *text)) {
    const std::string_view actual = write.compare == Compare::kFirstLine ? FirstLine(*text) : Trim(*text);
    out->push_back({write.controller, write.file, std::string(Trim(write.value)), std::string(actual)});
  }
}

void CompareTable(const std::string& directory, const CgroupTable& table, std::vector<CgroupDifference>* out) {
  const auto text = ReadFileAt(AT_FDCWD, directory + "/" + table.file);
  std::map<std::string, std::string> actual = ReadTable(text ? *text : std::string());
  for (const auto& [device, value] : table.rows) {
    const std::string found = actual.contains(device) ? actual[device] : table.reset;
    if (found != value) {
      out->push_back({table.controller, table.file, device + " " + value, device + " " + found});
    }
    actual.erase(device);
  }
  for (const auto& [device, value] : actual) {
    if (value != table.reset) {
      out->push_back({table.controller, table.file, device + " " + table.reset, device + " " + value});
    }
  }
}

}  // namespace

bool IsHeld(const CgroupWrite& write, std::string_view actual) {
  const std::string_view expected = write.value;
  // A set that a cgroup does not have of its own is its parent's.
  if (!write.inherited_from.empty() && Trim(actual).empty()) {
    return true;
  }
  switch (write.compare) {
    case Compare::kText:
      return Trim(expected) == Trim(actual);
    case Compare::kBytes:
      return Pages(expected) == Pages(actual);
    case Compare::kCpuset:
      return ParseCpuset(expected) == ParseCpuset(actual);
    case Compare::kFirstLine:
      return FirstLine(actual) == expected || FirstLine(actual).ends_with(" " + std::string(expected));
    case Compare::kNever:
      return true;
  }
  return true;
}

std::map<std::string, std::string> ReadTable(const std::string& text) {
  std::map<std::string, std::string> rows;
  for (const std::string_view line : Split(text, '\n')) {
    const size_t space = line.find(' ');
    if (space != std::string_view::npos && line.substr(0, space).find(':') != std::string_view::npos) {
      rows[std::string(line.substr(0, space))] = std::string(line.substr(space + 1));
    }
  }
  return rows;
}

Result<std::vector<CgroupDifference>> Differences(const CgroupHost& host, const std::string& path,
                                                  const LinuxResources& resources) {
  std::vector<CgroupDifference> differences;
  for (const ControllerFiles& files : kControllers) {
    const std::string directory = Directory(host, files.controller, path);
    if (directory.empty()) {
      continue;
    }
    const CgroupWrites writes = WritesIn(host, files, resources, directory);
    for (const CgroupWrite& write : writes.writes) {
      CompareWrite(directory, write, &differences);
    }
    for (const CgroupTable& table : writes.tables) {
      CompareTable(directory, table, &differences);
    }
  }
  return differences;
}

}  // namespace berth
