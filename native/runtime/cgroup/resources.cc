// Applying limits. What a limit means in files is in v1/ and v2/.
#include <fcntl.h>

#include <algorithm>

#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/compare.h"
#include "runtime/cgroup/controllers.h"
#include "runtime/cgroup/device_program.h"
#include "runtime/cgroup/text.h"

namespace berth {

namespace {

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
  if (!write.inherited_from.empty()) {
    const auto held = ReadFileAt(AT_FDCWD, directory + "/" + write.file);
    if (!held || IsHeld(write, *held)) {
      return {};
    }
  }
  auto written = WriteControlAt(AT_FDCWD, directory + "/" + write.file, write.value);
  const bool dispensable = write.is_default || write.if_present || IsDefaultSwap(write, resources);
  if (!written && written.error().errnum == ENOENT && dispensable) {
    return {};
  }
  if (!written) {
    return std::unexpected(Explain(std::move(written).error(), write.controller));
  }
  return {};
}

// What a new cgroup has anyway is left out.
void DropDefaults(CgroupWrites* writes) {
  std::erase_if(writes->writes, [](const CgroupWrite& write) { return write.is_default; });
  std::erase_if(writes->tables, [](const CgroupTable& table) { return table.rows.empty(); });
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

// Rules in their order. Dozens of them go to two files: each is opened once for a run of rules.
Status WriteDeviceRules(const std::string& directory, const std::vector<CgroupWrite>& rules) {
  UniqueFd fd;
  const std::string* open_file = nullptr;
  for (const CgroupWrite& rule : rules) {
    if (open_file == nullptr || *open_file != rule.file) {
      BERTH_ASSIGN(fd, OpenAt(AT_FDCWD, directory + "/" + rule.file, O_WRONLY));
      open_file = &rule.file;
    }
    if (const auto written = WriteControl(fd.get(), rule.value, rule.file.c_str()); !written) {
      return std::unexpected(Explain(written.error(), rule.controller));
    }
  }
  return {};
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

// "checkBeforeUpdate": where v1 refuses a limit below what is in use, v2 has the OOM killer make it true.
Status CheckMemoryInUse(const CgroupHost& host, const std::string& path, const LinuxResources& resources) {
  const Controller* const memory = host.Find("memory");
  if (!resources.check_before_update || resources.memory_limit.value_or(0) <= 0 || !IsMounted(memory) ||
      !IsV2(memory)) {
    return {};
  }
  BERTH_ASSIGN(const std::string text, ReadFileAt(AT_FDCWD, memory->mount_point + path + "/memory.current"));
  const int64_t in_use = ParseNumber(text).value_or(0);
  return in_use <= *resources.memory_limit
             ? Status()
             : Fail(EBUSY, "cgroup", "controller memory: " + std::to_string(in_use) + " bytes are in use already");
}

// The specification has a runtime say so where the controller of a file is not to be had.
Status WriteUnified(const std::string& directory, const std::string& file, const std::string& value) {
  auto written = WriteControlAt(AT_FDCWD, directory + "/" + file, value);
  if (!written && written.error().errnum == ENOENT) {
    const std::string controller = file.substr(0, file.find('.'));
    return Fail(ENOENT, "cgroup", "controller " + controller + ": the unified tree has no " + file);
  }
  return written;
}

Status ApplyDevices(const CgroupHost& host, const std::string& path, const LinuxResources& resources) {
  if (resources.devices.empty()) {
    return {};
  }
  if (const Controller* devices = host.Find("devices"); IsMounted(devices)) {
    CgroupWrites writes;
    DevicesV1(resources, &writes);
    return WriteDeviceRules(devices->mount_point + path, writes.writes);
  }
  BERTH_ASSIGN(const UniqueFd directory, OpenUnified(host, path));
  return AttachDeviceProgram(directory.get(), resources.devices);
}

}  // namespace

Status ApplyResources(const CgroupHost& host, const std::string& path, const LinuxResources& resources, CgroupAge age) {
  for (const Unsupported& unsupported : UnsupportedResources(host, resources)) {
    return Fail(0, "cgroup", "controller " + unsupported.controller + ": " + unsupported.reason);
  }
  BERTH_TRY(CheckMemoryInUse(host, path, resources));
  for (const ControllerFiles& files : kControllers) {
    const std::string directory = Directory(host, files.controller, path);
    if (directory.empty()) {
      continue;
    }
    CgroupWrites writes =
        age == CgroupAge::kNew ? WritesOf(host, files, resources) : WritesIn(host, files, resources, directory);
    if (age == CgroupAge::kNew) {
      DropDefaults(&writes);
    }
    BERTH_TRY(WriteAllOf(directory, writes.writes, resources));
    for (const CgroupTable& table : writes.tables) {
      BERTH_TRY(WriteTable(directory, table));
    }
  }
  for (const auto& [file, value] : resources.unified) {
    BERTH_TRY(WriteUnified(host.unified + path, file, value));
  }
  return ApplyDevices(host, path, resources);
}

}  // namespace berth
