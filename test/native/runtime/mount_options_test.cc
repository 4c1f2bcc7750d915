#include "runtime/mount_options.h"

#include <doctest/doctest.h>
#include <linux/mount.h>

using berth::Mount;
using berth::MountOptions;
using berth::ParseMountOptions;

namespace {

MountOptions Parsed(const std::string& type, std::vector<std::string> options) {
  const auto parsed = ParseMountOptions({"/x", type, "", std::move(options)});
  REQUIRE_MESSAGE(parsed, parsed.error().what);
  return *parsed;
}

}  // namespace

TEST_CASE("mount options: of two that contradict, the later one holds") {
  CHECK(Parsed("tmpfs", {"ro", "rw"}).set == 0);
  CHECK(Parsed("tmpfs", {"rw", "ro"}).set == MOUNT_ATTR_RDONLY);
  CHECK(Parsed("tmpfs", {"rw", "ro"}).clear == 0);
  const MountOptions times = Parsed("tmpfs", {"noatime", "relatime"});
  CHECK(times.set == MOUNT_ATTR_RELATIME);
  CHECK(times.clear == MOUNT_ATTR__ATIME);
  CHECK(Parsed("tmpfs", {"relatime", "strictatime"}).set == MOUNT_ATTR_STRICTATIME);
}

TEST_CASE("mount options: an r in front means the whole tree") {
  const MountOptions options = Parsed("bind", {"rbind", "rro", "rnosuid", "rslave"});
  CHECK(options.bind);
  CHECK(options.recursive_bind);
  CHECK(options.set == 0);
  CHECK(options.recursive_set == (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID));
  CHECK(options.propagation == MS_SLAVE);
  CHECK(options.recursive_propagation);
  CHECK_FALSE(Parsed("bind", {"bind", "private"}).recursive_propagation);
}

TEST_CASE("mount options: relatime and remount are not an 'r' before something else") {
  CHECK(Parsed("tmpfs", {"relatime"}).recursive_set == 0);
  CHECK(Parsed("tmpfs", {"rw"}).recursive_set == 0);
}

TEST_CASE("mount options: the rest is the filesystem's, with or without a value") {
  const MountOptions options = Parsed("tmpfs", {"size=64m", "mode=1777", "noswap", "x=a=b"});
  REQUIRE(options.data.size() == 4);
  CHECK(options.data[0] == std::pair<std::string, std::string>{"size", "64m"});
  CHECK(options.data[2] == std::pair<std::string, std::string>{"noswap", ""});
  CHECK(options.data[3] == std::pair<std::string, std::string>{"x", "a=b"});
}

TEST_CASE("mount options: what would be passed over in silence is refused by name") {
  for (const char* option : {"copy-symlink"}) {
    const auto refused = ParseMountOptions({"/x", "tmpfs", "", {option}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == std::string(option) + ": is not supported");
  }
  const auto bind = ParseMountOptions({"/x", "bind", "/y", {"size=1m"}});
  REQUIRE_FALSE(bind);
  CHECK(bind.error().what == "size: means nothing to a bind mount");
  for (const char* option : {"sync", "dirsync", "lazytime", "mand", "iversion"}) {
    const auto refused = ParseMountOptions({"/x", "none", "/y", {"rbind", option}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == std::string(option) + ": is of the filesystem, which a bind mount does not change");
  }
  const auto remount = ParseMountOptions({"/x", "tmpfs", "", {"remount", "size=1m"}});
  REQUIRE_FALSE(remount);
  CHECK(remount.error().what == "size: a remount changes no filesystem, which others may use");
  for (const Mount& mount : {Mount{"/x", "bind", "/y", {"tmpcopyup"}}, Mount{"/x", "proc", "proc", {"tmpcopyup"}},
                             Mount{"/x", "tmpfs", "", {"remount", "tmpcopyup"}}}) {
    const auto refused = ParseMountOptions(mount);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == "tmpcopyup: means nothing but to a new tmpfs");
  }
}

TEST_CASE("mount options: each of the specification's table is taken") {
  const char* const flags[] = {"atime",      "dev",    "diratime",   "exec",          "noatime", "nodev",
                               "nodiratime", "noexec", "norelatime", "nostrictatime", "nosuid",  "nosymfollow",
                               "relatime",   "ro",     "rw",         "strictatime",   "suid",    "symfollow"};
  for (const std::string flag : flags) {
    CAPTURE(flag);
    const MountOptions here = Parsed("none", {"rbind", flag});
    CHECK((here.set | here.clear) != 0);
    const MountOptions tree = Parsed("none", {"rbind", "r" + flag});
    CHECK((tree.recursive_set | tree.recursive_clear) != 0);
    CHECK((tree.set | tree.clear) == 0);
  }
  for (const std::string kind : {"private", "shared", "slave", "unbindable"}) {
    CHECK(Parsed("tmpfs", {kind}).propagation != 0);
    CHECK(Parsed("tmpfs", {"r" + kind}).recursive_propagation);
  }
  for (const char* option : {"defaults", "silent", "loud", "noiversion"}) {
    CHECK(Parsed("tmpfs", {option}).data.empty());
  }
  for (const std::string option :
       {"async", "sync", "dirsync", "lazytime", "nolazytime", "mand", "nomand", "iversion"}) {
    CHECK(Parsed("tmpfs", {option}).data.front().first == option);
  }
  CHECK(Parsed("bind", {"async", "nolazytime", "nomand", "loud", "silent", "defaults"}).data.empty());
  CHECK(Parsed("tmpfs", {"tmpcopyup"}).copy_up);
  CHECK(Parsed("none", {"remount", "ro"}).remount);
}

TEST_CASE("mount options: our own are kept from the kernel") {
  const MountOptions options = Parsed("bind", {"rbind", "x-berth.volume=shop_data", "x-berth.subpath=a,b/c=d", "ro"});
  CHECK(options.volume == "shop_data");
  CHECK(options.subpath == "a,b/c=d");
  CHECK(options.data.empty());
  CHECK(Parsed("bind", {"rbind"}).subpath.empty());
  for (const char* option : {"x-berth.subpath=", "x-berth.subpath=/etc"}) {
    const auto refused = ParseMountOptions({"/x", "bind", "/y", {option}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == std::string(option) + ": expected a path inside the volume");
  }
  const auto unknown = ParseMountOptions({"/x", "bind", "/y", {"x-berth.other=1"}});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().what == "x-berth.other: means nothing to a bind mount");
}
