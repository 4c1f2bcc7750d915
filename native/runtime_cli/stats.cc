#include "runtime_cli/stats.h"

#include <dirent.h>
#include <fcntl.h>

#include <memory>
#include <string_view>

#include "oci/json_write.h"
#include "runtime/cgroup/place.h"
#include "runtime/cgroup/text.h"

namespace berth {

namespace {

void PidsStats(const CgroupHost& host, const std::string& path, JsonValue& pids) {
  const Place place = PlaceOf(host, "pids", path);
  SetFigure(pids, "current", place.Number("/pids.current"));
  SetFigure(pids, "limit", std::max<int64_t>(place.Number("/pids.max"), 0));
}

// "hugepages-2048kB" is "2MB" in the names of cgroup files.
std::string PageSize(std::string_view directory) {
  constexpr std::string_view kPrefix = "hugepages-";
  if (!directory.starts_with(kPrefix) || !directory.ends_with("kB")) {
    return {};
  }
  const std::string_view digits = directory.substr(kPrefix.size(), directory.size() - kPrefix.size() - 2);
  const int64_t kilobytes = ParseNumber(digits).value_or(0);
  constexpr int64_t kMega = 1024;
  constexpr int64_t kGiga = kMega * 1024;
  return kilobytes >= kGiga   ? std::to_string(kilobytes / kGiga) + "GB"
         : kilobytes >= kMega ? std::to_string(kilobytes / kMega) + "MB"
                              : std::to_string(kilobytes) + "KB";
}

void HugetlbStats(const CgroupHost& host, const std::string& path, JsonValue& hugetlb) {
  const Place place = PlaceOf(host, "hugetlb", path);
  const std::unique_ptr<DIR, int (*)(DIR*)> sizes(::opendir("/sys/kernel/mm/hugepages"), ::closedir);
  while (const dirent* entry = sizes && !place.directory.empty() ? ::readdir(sizes.get()) : nullptr) {
    const std::string size = PageSize(entry->d_name);
    if (size.empty()) {
      continue;
    }
    const std::string file = "/hugetlb." + size;
    JsonValue& page = MemberOf(hugetlb, size);
    SetFigure(page, "usage", place.Number(file + (place.v2 ? ".current" : ".usage_in_bytes")));
    SetFigure(page, "max", place.v2 ? -1 : place.Number(file + ".max_usage_in_bytes"));
    SetFigure(page, "failcnt", place.v2 ? place.Keyed(file + ".events", "max") : place.Number(file + ".failcnt"));
  }
}

}  // namespace

void SetFigure(JsonValue& object, const char* key, int64_t figure) {
  if (figure >= 0) {
    MemberOf(object, key).data = static_cast<uint64_t>(figure);
  }
}

JsonValue CgroupStats(const CgroupHost& host, const std::string& path) {
  JsonValue stats{JsonMembers()};
  constexpr struct {
    const char* key;
    void (*read)(const CgroupHost& host, const std::string& path, JsonValue& part);
  } kParts[] = {{"cpu", CpuStats},
                {"memory", MemoryStats},
                {"pids", PidsStats},
                {"blkio", BlkioStats},
                {"hugetlb", HugetlbStats}};
  for (const auto& [key, read] : kParts) {
    JsonValue& part = MemberOf(stats, key);
    part.data = JsonMembers();
    read(host, path, part);
  }
  return stats;
}

}  // namespace berth
