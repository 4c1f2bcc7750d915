#include "runtime/cgroup/device_exceptions.h"

#include <doctest/doctest.h>

#include <string>

#include "runtime/cgroup/write.h"

namespace berth {
namespace {

const DeviceRule kNothing{.allow = false, .type = 'a', .access = "rwm"};

DeviceRule Allow(char type, int64_t major, int64_t minor, const char* access) {
  return {.allow = true, .type = type, .major = major, .minor = minor, .access = access};
}

DeviceRule Deny(char type, int64_t major, int64_t minor, const char* access) {
  return {.allow = false, .type = type, .major = major, .minor = minor, .access = access};
}

// "file text" of each write.
std::string Written(const std::vector<DeviceRule>& rules) {
  LinuxResources resources;
  resources.devices = rules;
  CgroupWrites writes;
  DevicesV1(resources, &writes);
  std::string text;
  for (const CgroupWrite& write : writes.writes) {
    text += write.file.substr(write.file.find('.') + 1) + " " + write.value + "; ";
  }
  return text;
}

bool IsExact(const std::vector<DeviceRule>& rules) { return FoldDeviceRules(rules).exact; }

TEST_CASE("device exceptions: what v1 is written") {
  CHECK(Written({kNothing}) == "deny a; ");
  CHECK(Written({kNothing, Allow('c', 1, 3, "rw"), Allow('c', 1, 3, "m")}) == "deny a; allow c 1:3 rwm; ");
  CHECK(Written({Allow('c', 1, 3, "r"), kNothing}) == "deny a; ");
  CHECK(Written({kNothing, Allow('a', -1, -1, "rwm"), Allow('c', 1, 3, "r"), Deny('b', 7, -1, "w")}) ==
        "allow a; deny b 7:* w; ");
  // The kernel would leave both of these exceptions as they were.
  CHECK(Written({kNothing, Allow('c', 1, 3, "rwm"), Deny('c', 1, -1, "w")}) == "deny a; allow c 1:3 rm; ");
  CHECK(Written({kNothing, Allow('b', 7, 1, "r"), Allow('c', 1, 3, "r"), Deny('c', -1, -1, "rwm")}) ==
        "deny a; allow b 7:1 r; ");
  // The kernel would take "a" for every device and access.
  CHECK(Written({kNothing, Allow('a', -1, -1, "m")}) == "deny a; allow b *:* m; allow c *:* m; ");
  CHECK(Written({kNothing, Allow('a', 1, 3, "r")}) == "deny a; allow b 1:3 r; allow c 1:3 r; ");
  CHECK(Written({Deny('c', 1, 3, "r"), Allow('c', 1, 5, "r")}) == "deny c 1:3 r; allow c 1:5 r; ");
}

TEST_CASE("device exceptions: one device of a wider rule can't be told") {
  CHECK(IsExact({kNothing, Allow('b', 7, -1, "r"), Deny('b', 7, 0, "w")}));
  CHECK(IsExact({kNothing, Allow('b', 7, -1, "r"), Deny('c', 7, 0, "r")}));
  CHECK(IsExact({kNothing, Allow('b', 7, -1, "r"), Deny('b', 8, 0, "r")}));
  CHECK_FALSE(IsExact({kNothing, Allow('b', 7, -1, "r"), Deny('b', 7, 0, "r")}));
  CHECK_FALSE(IsExact({kNothing, Allow('b', -1, 0, "r"), Deny('b', 7, -1, "r")}));
  CHECK_FALSE(IsExact({Allow('a', -1, -1, "rwm"), Deny('c', -1, -1, "rwm"), Allow('c', 1, 3, "r")}));
  CHECK(IsExact({kNothing, Allow('b', 7, -1, "r"), Deny('b', 7, 0, "r"), kNothing}));
}

}  // namespace
}  // namespace berth
