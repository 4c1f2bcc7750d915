#include "runtime/cgroup/device_exceptions.h"

#include <algorithm>
#include <string>

namespace berth {

namespace {

bool IsForEverything(const DeviceRule& rule) {
  return rule.type == 'a' && rule.major < 0 && rule.minor < 0 && rule.access.find('r') != std::string::npos &&
         rule.access.find('w') != std::string::npos && rule.access.find('m') != std::string::npos;
}

bool Covers(int64_t wide, int64_t number) { return wide < 0 || wide == number; }

bool Overlaps(int64_t one, int64_t other) { return Covers(one, other) || Covers(other, one); }

// Letters of `access` that are, or are not, among `others`.
std::string Letters(const std::string& access, const std::string& others, bool among) {
  std::string letters;
  std::ranges::copy_if(access, std::back_inserter(letters),
                       [&](char c) { return (others.find(c) != std::string::npos) == among; });
  return letters;
}

void Except(const DeviceRule& rule, DeviceExceptions& folded) {
  const auto same = std::ranges::find_if(folded.exceptions, [&rule](const DeviceRule& other) {
    return other.type == rule.type && other.major == rule.major && other.minor == rule.minor;
  });
  if (same == folded.exceptions.end()) {
    folded.exceptions.push_back(rule);
  } else {
    same->access += Letters(rule.access, same->access, false);
  }
}

void TakeBack(const DeviceRule& rule, DeviceExceptions& folded) {
  for (DeviceRule& other : folded.exceptions) {
    if (other.type != rule.type || !Overlaps(rule.major, other.major) || !Overlaps(rule.minor, other.minor)) {
      continue;
    }
    if (Covers(rule.major, other.major) && Covers(rule.minor, other.minor)) {
      other.access = Letters(other.access, rule.access, false);
    } else if (!Letters(other.access, rule.access, true).empty()) {
      folded.exact = false;
    }
  }
  std::erase_if(folded.exceptions, [](const DeviceRule& other) { return other.access.empty(); });
}

}  // namespace

DeviceExceptions FoldDeviceRules(const std::vector<DeviceRule>& rules) {
  DeviceExceptions folded;
  for (const DeviceRule& rule : rules) {
    if (IsForEverything(rule)) {
      folded = {.known = true, .allow = rule.allow, .exceptions = {}, .exact = true};
      continue;
    }
    for (const char type : {'b', 'c'}) {
      if (rule.type != 'a' && rule.type != type) {
        continue;
      }
      DeviceRule typed = rule;
      typed.type = type;
      rule.allow == folded.allow ? TakeBack(typed, folded) : Except(typed, folded);
    }
  }
  return folded;
}

}  // namespace berth
