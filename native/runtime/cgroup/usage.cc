// What a cgroup uses, from whichever files the host has.
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "runtime/cgroup/cgroup.h"
#include "runtime/cgroup/place.h"
#include "runtime/cgroup/text.h"
#include "runtime/cgroup/tree.h"

namespace berth {

namespace {

int64_t OomKills(const Place& memory) {
  return memory.Keyed(memory.v2 ? "/memory.events" : "/memory.oom_control", "oom_kill");
}

void ReadMemory(const Place& memory, CgroupUsage* usage) {
  usage->memory = memory.Number(memory.v2 ? "/memory.current" : "/memory.usage_in_bytes");
  usage->memory_peak = memory.Number(memory.v2 ? "/memory.peak" : "/memory.max_usage_in_bytes");
  usage->memory_limit = memory.Number(memory.v2 ? "/memory.max" : "/memory.limit_in_bytes");
  usage->oom_kills = OomKills(memory);
}

void ReadCpu(const CgroupHost& host, const std::string& path, CgroupUsage* usage) {
  const Place cpu = PlaceOf(host, "cpu", path);
  if (!cpu.v2) {
    usage->cpu_quota_us = cpu.Number("/cpu.cfs_quota_us");
    usage->cpu_period_us = cpu.Number("/cpu.cfs_period_us");
    usage->cpu_ns = PlaceOf(host, "cpuacct", path).Number("/cpuacct.usage");
    return;
  }
  const int64_t microseconds = cpu.Keyed("/cpu.stat", "usage_usec");
  usage->cpu_ns = microseconds < 0 ? -1 : microseconds * 1000;
  const auto max = ReadFileAt(AT_FDCWD, cpu.directory + "/cpu.max");
  const std::vector<std::string_view> words = SplitWords(max ? std::string_view(*max) : std::string_view());
  if (words.size() == 2) {
    usage->cpu_quota_us = ParseNumber(words[0]).value_or(-1);
    usage->cpu_period_us = ParseNumber(words[1]).value_or(-1);
  }
}

}  // namespace

int64_t ReadOomKills(const CgroupHost& host, const std::string& path) {
  return OomKills(PlaceOf(host, "memory", path));
}

CgroupUsage ReadUsage(const CgroupHost& host, const std::string& path) {
  CgroupUsage usage;
  for (const std::string& mount_point : MountPoints(host)) {
    usage.exists = usage.exists || ::access((mount_point + path).c_str(), F_OK) == 0;
  }
  if (!usage.exists) {
    return usage;
  }
  usage.processes = static_cast<int>(CgroupProcesses(host, path).size());
  const Place pids = PlaceOf(host, "pids", path);
  usage.pids = pids.Number("/pids.current");
  usage.pids_limit = pids.Number("/pids.max");
  ReadMemory(PlaceOf(host, "memory", path), &usage);
  ReadCpu(host, path, &usage);
  usage.frozen = IsFrozen(host, path);
  return usage;
}

}  // namespace berth
