#include "runtime/cgroup/place.h"

#include <fcntl.h>

#include "base/file.h"
#include "runtime/cgroup/text.h"

namespace berth {

std::string Place::Text(const std::string& file) const {
  const auto text = directory.empty() ? Result<std::string>(std::string()) : ReadFileAt(AT_FDCWD, directory + file);
  return text ? *text : std::string();
}

int64_t Place::Number(const std::string& file) const {
  constexpr int64_t kUnlimited = INT64_MAX / 2;
  const auto number = ParseNumber(Text(file));
  return number && *number < kUnlimited ? *number : -1;
}

int64_t Place::Keyed(const std::string& file, std::string_view key) const {
  const std::string text = Text(file);
  const std::vector<std::string_view> words = SplitWords(text);
  for (size_t at = 0; at + 1 < words.size(); at += 2) {
    if (words[at] == key) {
      return ParseNumber(words[at + 1]).value_or(-1);
    }
  }
  return -1;
}

std::map<std::string, uint64_t> Place::Table(const std::string& file) const {
  const std::string text = Text(file);
  const std::vector<std::string_view> words = SplitWords(text);
  std::map<std::string, uint64_t> table;
  for (size_t at = 0; at + 1 < words.size(); at += 2) {
    table[std::string(words[at])] = static_cast<uint64_t>(ParseNumber(words[at + 1]).value_or(INT64_MAX));
  }
  return table;
}

Place PlaceOf(const CgroupHost& host, const char* controller, const std::string& path) {
  const Controller* found = host.Find(controller);
  if (found == nullptr || found->mount_point.empty()) {
    return {};
  }
  return {found->mount_point + path, found->version == CgroupVersion::kV2};
}

}  // namespace berth
