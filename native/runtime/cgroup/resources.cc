// Applying limits and comparing them with what the kernel holds. What a limit means in files is in v1/ and v2/.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/device_program.h"
#include "runtime/cgroup/text.h"
#include "runtime/cgroup/write.h"

namespace berth {

namespace {

using Mapping = void (*)(const LinuxResources&, CgroupWrites*);

struct ControllerFiles {
  const char* controller;  // v1 name; `io` is blkio's successor
  Mapping v1;
  Mapping v2;
};

constexpr std::array<ControllerFiles, 9> kControllers = {{
    {"pids", PidsV1, PidsV2},
    {"cpu", CpuV1, CpuV2},
    {"cpuset", CpusetV1, CpusetV2},
    {"memory", MemoryV1, MemoryV2},
    {"blkio", BlkioV1, nullptr},
    {"io", nullptr, IoV2},
    {"hugetlb", HugetlbV1, HugetlbV2},
    {"net_cls", NetClsV1, nullptr},
    {"net_prio", NetPrioV1, nullptr},
}};

bool IsMounted(const Controller* controller) { return controller != nullptr && !controller->mount_point.empty(); }

bool IsV2(const Controller* controller) { return controller->version == CgroupVersion::kV2; }

// blkio and io are two names of one thing: the one that this host does not have must not look unsupported.
bool IsOtherName(const CgroupHost& host, const std::string& name) {
  return (name == "blkio" && IsMounted(host.Find("io"))) || (name == "io" && !IsMounted(host.Find("io")));
}

CgroupWrites WritesOf(const CgroupHost& host, const ControllerFiles& files, const LinuxResources& resources) {
  CgroupWrites writes;
  const Controller* controller = host.Find(files.controller);
  const Mapping mapping = controller != nullptr && IsV2(controller) ? files.v2 : files.v1;
  if (mapping != nullptr && !IsOtherName(host, files.controller)) {
    mapping(resources, &writes);
  }
  return writes;
}

// As WritesOf, for a cgroup of which the directory is there: what is inherited is read from its parent.
CgroupWrites WritesIn(const CgroupHost& host, const ControllerFiles& files, const LinuxResources& resources,
                      const std::string& directory) {
  CgroupWrites all = WritesOf(host, files, resources);
  const std::string parent = directory.substr(0, directory.rfind('/') + 1);
  std::erase_if(all.writes, [&](CgroupWrite& write) {
    if (!write.is_inherited) {
      return false;
    }
    const auto text = ReadFileAt(AT_FDCWD, parent + write.file);
    write.value = text ? Trim(*text) : std::string_view();
    return write.value.empty();
  });
  return all;
}

bool AsksForSomething(const CgroupWrites& writes) {
  return std::any_of(writes.writes.begin(), writes.writes.end(), [](const CgroupWrite& w) { return !w.is_default; }) ||
         std::any_of(writes.tables.begin(), writes.tables.end(), [](const CgroupTable& t) { return !t.rows.empty(); });
}

std::string Directory(const CgroupHost& host, const char* controller, const std::string& path) {
  const Controller* found = host.Find(controller);
  return IsMounted(found) ? found->mount_point + path : "";
}

// Memory plus swap at twice the memory is what Compose means by default: no wish of the user, so a host that does not
// account swap may pass over it.
bool IsDefaultSwap(const CgroupWrite& write, const LinuxResources& resources) {
  const bool swap_file = write.file == "memory.memsw.limit_in_bytes" || write.file == "memory.swap.max";
  return swap_file && resources.memory_limit && resources.memory_swap == *resources.memory_limit * 2;
}

Error Explain(Error error, const char* controller) {
  error.what = std::string("controller ") + controller + ": " + error.what;
  return error;
}

Status WriteOne(const std::string& directory, const CgroupWrite& write, const LinuxResources& resources) {
  auto written = WriteControlAt(AT_FDCWD, directory + "/" + write.file, write.value);
  if (!written && written.error().errnum == ENOENT && (write.is_default || IsDefaultSwap(write, resources))) {
    return {};
  }
  if (!written) {
    return std::unexpected(Explain(std::move(written).error(), write.controller));
  }
  return {};
}

// The kernel refuses limit > memsw at every moment, so raising writes memsw first and lowering the limit first: the
// order that works is tried, the other one if it is refused.
Status WriteAllOf(const std::string& directory, std::vector<CgroupWrite> writes, const LinuxResources& resources) {
  const auto limit = std::find_if(writes.begin(), writes.end(),
                                  [](const CgroupWrite& w) { return w.file == "memory.limit_in_bytes"; });
  if (limit != writes.end() && std::next(limit) != writes.end()) {
    const auto swap = std::next(limit);
    const auto first = WriteOne(directory, *limit, resources);
    BERTH_TRY(WriteOne(directory, *swap, resources));
    if (!first) {
      BERTH_TRY(WriteOne(directory, *limit, resources));
    }
    writes.erase(limit, std::next(swap));
  }
  for (const CgroupWrite& write : writes) {
    BERTH_TRY(WriteOne(directory, write, resources));
  }
  return {};
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

Status WriteTable(const std::string& directory, const CgroupTable& table) {
  const auto text = ReadFileAt(AT_FDCWD, directory + "/" + table.file);
  if (!text) {
    if (table.rows.empty()) {
      return {};
    }
    return std::unexpected(Explain(text.error(), table.controller));
  }
  std::map<std::string, std::string> wanted = table.rows;
  for (const auto& [device, value] : ReadTable(*text)) {
    wanted.try_emplace(device, table.reset);
  }
  for (const auto& [device, value] : wanted) {
    auto written = WriteControlAt(AT_FDCWD, directory + "/" + table.file, device + " " + value);
    if (!written) {
      return std::unexpected(Explain(std::move(written).error(), table.controller));
    }
  }
  return {};
}

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

bool Same(Compare compare, std::string_view expected, std::string_view actual) {
  switch (compare) {
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

void CompareWrite(const std::string& directory, const CgroupWrite& write, std::vector<CgroupDifference>* out) {
  if (write.compare == Compare::kNever) {
    return;
  }
  const auto text = ReadFileAt(AT_FDCWD, directory + "/" + write.file);
  if (text && !Same(write.compare, write.value, *text)) {
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

Status ApplyDevices(const CgroupHost& host, const std::string& path, const LinuxResources& resources) {
  if (resources.devices.empty()) {
    return {};
  }
  if (const Controller* devices = host.Find("devices"); IsMounted(devices)) {
    CgroupWrites writes;
    DevicesV1(resources, &writes);
    return WriteAllOf(devices->mount_point + path, writes.writes, resources);
  }
  BERTH_ASSIGN(const UniqueFd directory, OpenUnified(host, path));
  return AttachDeviceProgram(directory.get(), resources.devices);
}

}  // namespace

std::vector<Unsupported> UnsupportedResources(const CgroupHost& host, const LinuxResources& resources) {
  std::vector<Unsupported> unsupported;
  for (const ControllerFiles& files : kControllers) {
    if (!AsksForSomething(WritesOf(host, files, resources)) || IsMounted(host.Find(files.controller))) {
      continue;
    }
    unsupported.push_back({files.controller, host.Find(files.controller) == nullptr
                                                 ? "this kernel does not have it"
                                                 : "it is mounted in no hierarchy of this host"});
  }
  const Controller* blkio = host.Find("blkio");
  // The weights' own files are not in the root cgroup.
  const bool weighted = resources.blkio_weight.value_or(0) != 0 || !resources.blkio_weight_device.empty();
  if (weighted && IsMounted(blkio) && !IsV2(blkio) &&
      ::access((blkio->mount_point + "/blkio.bfq.io_service_bytes").c_str(), F_OK) != 0) {
    unsupported.push_back({"blkio", "this kernel schedules no proportional weight (no BFQ)"});
  }
  if (!resources.unified.empty() && host.unified.empty()) {
    unsupported.push_back({"unified", "this host has no cgroup v2 tree"});
  }
  return unsupported;
}

Status ApplyResources(const CgroupHost& host, const std::string& path, const LinuxResources& resources) {
  for (const Unsupported& unsupported : UnsupportedResources(host, resources)) {
    return Fail(0, "cgroup", "controller " + unsupported.controller + ": " + unsupported.reason);
  }
  for (const ControllerFiles& files : kControllers) {
    const std::string directory = Directory(host, files.controller, path);
    if (directory.empty()) {
      continue;
    }
    const CgroupWrites writes = WritesIn(host, files, resources, directory);
    BERTH_TRY(WriteAllOf(directory, writes.writes, resources));
    for (const CgroupTable& table : writes.tables) {
      BERTH_TRY(WriteTable(directory, table));
    }
  }
  for (const auto& [file, value] : resources.unified) {
    BERTH_TRY(WriteControlAt(AT_FDCWD, host.unified + path + "/" + file, value));
  }
  return ApplyDevices(host, path, resources);
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
