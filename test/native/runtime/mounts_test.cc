// Mounts of the specification in a real container, seen from inside.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "container_fixture.h"
#include "support/container.h"

namespace berth {
namespace {

// The line of `point` in the container's mountinfo.
std::string MountLine(const std::string& mountinfo, const std::string& point) {
  const size_t at = mountinfo.find(" " + point + " ");
  if (at == std::string::npos) {
    return "(none)";
  }
  const size_t begin = mountinfo.rfind('\n', at) + 1;
  return mountinfo.substr(begin, mountinfo.find('\n', at) - begin);
}

class MountsFixture : public ContainerFixture {
 public:
  MountsFixture() { Script("cat /proc/self/mountinfo"); }

  void Add(const std::string& destination, const std::string& type, const std::string& source,
           std::vector<std::string> options) {
    spec.mounts.push_back({destination, type, source, std::move(options)});
  }
  // The mount's line of mountinfo, or why the start failed.
  std::string LineOf(const std::string& point) {
    const Outcome outcome = Run();
    return outcome.failed ? std::string(outcome.failed->step) + ": " + outcome.failed->what
                          : MountLine(outcome.output, point);
  }
};

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("mounts: flags of the mount and of the filesystem, the later one holding") {
  NEED_CONTAINERS();
  MountsFixture fixture;
  fixture.Add("/srv", "tmpfs", "tmpfs",
              {"ro", "nosuid", "async", "sync", "lazytime", "rw", "noatime", "size=64k", "silent"});
  const std::string line = fixture.LineOf("/srv");
  CHECK(Has(line, " rw,nosuid,noatime "));
  CHECK(Has(line, "sync"));
  CHECK(Has(line, "lazytime"));
  CHECK(Has(line, "size=64k"));
}

TEST_CASE("mounts: options of the specification's table on a new filesystem") {
  NEED_CONTAINERS();
  struct Case {
    const char* option;
    const char* seen;
  };
  const Case cases[] = {
      {"nosymfollow", "nosymfollow"}, {"nodiratime", "nodiratime"}, {"noexec", "noexec"},   {"nodev", "nodev"},
      {"relatime", "relatime"},       {"dirsync", "dirsync"},       {"shared", " shared:"}, {"rshared", " shared:"},
      {"unbindable", " unbindable "}};
  for (const Case& one : cases) {
    CAPTURE(one.option);
    MountsFixture fixture;
    fixture.Add("/srv", "tmpfs", "tmpfs", {one.option});
    const std::string line = fixture.LineOf("/srv");
    CHECK_MESSAGE(Has(line, one.seen), line);
  }
  MountsFixture private_one;
  private_one.Add("/srv", "tmpfs", "tmpfs", {"private"});
  CHECK_FALSE(Has(private_one.LineOf("/srv"), "shared:"));
}

TEST_CASE("mounts: what a filesystem does not know is refused with its name") {
  NEED_CONTAINERS();
  MountsFixture fixture;
  fixture.Add("/srv", "tmpfs", "tmpfs", {"iversion"});
  CHECK(Has(fixture.LineOf("/srv"), "mount /srv: iversion"));
  MountsFixture absent;
  absent.Add("/srv", "berthtestfs", "none", {});
  CHECK(absent.LineOf("/srv") == "mount /srv: berthtestfs");
}

TEST_CASE("mounts: the whole tree's flags come after the mount's own") {
  NEED_CONTAINERS();
  MountsFixture fixture;
  REQUIRE(::mkdir(fixture.Path("volumes/data/_data/sub").c_str(), 0755) == 0);
  fixture.Add("/srv", "none", fixture.Path("volumes/data/_data"), {"rbind", "rro", "rw"});
  CHECK(Has(fixture.LineOf("/srv"), " ro,"));
}

TEST_CASE("mounts: tmpcopyup begins with what lies there") {
  NEED_CONTAINERS();
  MountsFixture fixture;
  REQUIRE(MakeDirs(AT_FDCWD, fixture.Path("overlay2/top/diff/etc/sub"), 0750));
  fixture.Write("overlay2/top/diff/etc/sub/file", "kept\n");
  REQUIRE(::chown(fixture.Path("overlay2/top/diff/etc/sub/file").c_str(), 7, 8) == 0);
  const char* show =
      "cat /etc/motd /etc/sub/file; stat -c '%a %u:%g' /etc /etc/sub /etc/sub/file; "
      "(echo x > /etc/new) 2>/dev/null && echo written; grep -c ' /etc ' /proc/self/mountinfo";
  std::string expected = "from the top layer\nkept\n755 0:0\n750 0:0\n644 7:8\nwritten\n1\n";
  SUBCASE("writable") { fixture.Add("/etc", "tmpfs", "tmpfs", {"tmpcopyup", "nosuid"}); }
  SUBCASE("read-only") {
    fixture.Add("/etc", "tmpfs", "tmpfs", {"tmpcopyup", "ro"});
    expected.erase(expected.find("written\n"), 8);
  }
  SUBCASE("with a mode of its own") {
    fixture.Add("/etc", "tmpfs", "tmpfs", {"tmpcopyup", "mode=0711"});
    expected.replace(expected.find("755 "), 3, "711");
  }
  fixture.Script(show);
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == expected);
  CHECK(fixture.Read("overlay2/top/diff/etc/new").empty());
}

TEST_CASE("mounts: a remount changes the flags that it names, of what is mounted there") {
  NEED_CONTAINERS();
  MountsFixture fixture;
  fixture.Add("/srv", "tmpfs", "tmpfs", {"nosuid", "nodev"});
  SUBCASE("flags") {
    fixture.Add("/srv", "none", "", {"remount", "ro", "dev"});
    const std::string line = fixture.LineOf("/srv");
    CHECK(Has(line, " ro,nosuid,relatime "));
  }
  SUBCASE("propagation") {
    fixture.Add("/srv", "", "", {"remount", "shared"});
    CHECK(Has(fixture.LineOf("/srv"), " shared:"));
  }
  SUBCASE("where nothing is mounted") {
    fixture.Add("/etc", "none", "", {"remount", "ro"});
    CHECK(fixture.LineOf("/etc") == "mount /etc: /etc: nothing is mounted there");
  }
  SUBCASE("by a symlink") {
    REQUIRE(::symlink("/srv", fixture.Path("overlay2/top/diff/link").c_str()) == 0);
    fixture.Add("/link", "none", "", {"remount", "ro"});
    CHECK(Has(fixture.LineOf("/srv"), "mount /link: /link"));
  }
}

TEST_CASE("mounts: an overlay with more layers than a parameter holds") {
  NEED_CONTAINERS();
  MountsFixture fixture;
  std::string layers;
  for (int i = 0; i < 12; ++i) {
    const std::string layer = "volumes/layer-" + std::to_string(i);
    REQUIRE(MakeDirs(AT_FDCWD, fixture.Path(layer), 0755));
    fixture.Write(layer + "/file" + std::to_string(i), "");
    layers += (i == 0 ? "" : ":") + fixture.Path(layer);
  }
  fixture.Add("/srv", "overlay", "overlay", {"ro", "lowerdir=" + layers});
  fixture.Script("ls /srv | wc -l");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "12\n");
}

TEST_CASE("mounts: the root's propagation") {
  NEED_CONTAINERS();
  MountsFixture fixture;
  const auto line = [&fixture](const std::string& propagation) {
    fixture.spec.rootfs_propagation = propagation;
    return fixture.LineOf("/");
  };
  CHECK_FALSE(Has(line("private"), "shared:"));
  CHECK(Has(line("shared"), " shared:"));
  CHECK(Has(line("unbindable"), " unbindable "));
  CHECK(Has(line("runbindable"), " unbindable "));
}

}  // namespace
}  // namespace berth
