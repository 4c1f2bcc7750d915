// Images that try to lead set-up out of their root, or to put something of theirs where the container trusts the kernel.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "container_fixture.h"
#include "support/container.h"

using berth::ContainerFixture;
using berth::Outcome;

namespace {

// A file of the host outside of the image, which no container may see or change.
class Outside {
 public:
  explicit Outside(const ContainerFixture& fixture) : path_(fixture.Path("outside")) {
    REQUIRE(::mkdir(path_.c_str(), 0755) == 0);
    fixture.Write("outside/secret", "secret of the host\n");
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  void CheckUntouched() const {
    size_t entries = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      CHECK(entry.path().filename() == "secret");
      ++entries;
    }
    CHECK(entries == 1);
  }

 private:
  std::string path_;
};

void Link(const ContainerFixture& fixture, const std::string& target, const std::string& name) {
  REQUIRE(::symlink(target.c_str(), fixture.Path("overlay2/top/diff/" + name).c_str()) == 0);
}

// The root's own way up, many times over: more than there are directories above.
constexpr const char* kUp = "../../../../../../../../../../../..";

}  // namespace

TEST_CASE("hostile: /dev as a symlink ends in the image") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  const Outside outside(fixture);
  SUBCASE("to a directory of the host") { Link(fixture, outside.path(), "dev"); }
  SUBCASE("up and out") { Link(fixture, kUp + outside.path(), "dev"); }
  fixture.Script("stat -c '%n %t:%T' /dev/null; test -e /dev/secret || echo none");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "/dev/null 1:3\nnone\n");
  outside.CheckUntouched();
}

TEST_CASE("hostile: /dev is the root itself") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  SUBCASE("..") { Link(fixture, "..", "dev"); }
  SUBCASE("/") { Link(fixture, "/", "dev"); }
  const Outcome outcome = fixture.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->step) == "mount /dev");
  CHECK(outcome.failed->errnum == EPERM);
}

TEST_CASE("hostile: /proc and /sys that are not the image's own directories are refused") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  std::string name;
  SUBCASE("/proc to the host") { name = "proc", Link(fixture, fixture.Path(""), name); }
  SUBCASE("/proc up and out") { name = "proc", Link(fixture, kUp, name); }
  SUBCASE("/proc into the image") { name = "proc", Link(fixture, "etc", name); }
  SUBCASE("/sys to the host") { name = "sys", Link(fixture, "/sys", name); }
  SUBCASE("/sys is /proc") { name = "sys", Link(fixture, "proc", name); }
  SUBCASE("/proc is a file") { name = "proc", fixture.Write("overlay2/top/diff/proc", ""); }
  const Outcome outcome = fixture.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->step) == "mount /" + name);
  CHECK((outcome.failed->errnum == ELOOP || outcome.failed->errnum == ENOTDIR));
}

TEST_CASE("hostile: binds below a symlinked /etc land in the image") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  const Outside outside(fixture);
  REQUIRE(berth::RemoveTreeAt(AT_FDCWD, fixture.Path("overlay2/top/diff/etc")));
  fixture.spec.readonly_paths.pop_back();
  SUBCASE("to a directory of the host") { Link(fixture, outside.path(), "etc"); }
  SUBCASE("up and out") { Link(fixture, kUp + outside.path(), "etc"); }
  fixture.Write("containers/a/hosts", "127.0.0.1 localhost\n");
  fixture.spec.mounts.push_back({"/etc/hosts", "bind", fixture.Path("containers/a/hosts"), {"bind", "ro"}});
  fixture.Script("cat /etc/hosts; test -e /etc/secret || echo none");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "127.0.0.1 localhost\nnone\n");
  outside.CheckUntouched();
}

TEST_CASE("hostile: a bind on a file that is a symlink of the image") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  const Outside outside(fixture);
  fixture.Write("containers/a/hosts", "127.0.0.1 localhost\n");
  fixture.spec.mounts.push_back({"/etc/hosts", "bind", fixture.Path("containers/a/hosts"), {"bind"}});
  SUBCASE("to a file of the host") {
    Link(fixture, outside.path() + "/secret", "etc/hosts");
    fixture.Script("cat /etc/hosts " + outside.path() + "/secret");
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == "127.0.0.1 localhost\n127.0.0.1 localhost\n");
  }
  SUBCASE("to itself") {
    Link(fixture, "hosts", "etc/hosts");
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "mount /etc/hosts");
    CHECK(outcome.failed->errnum == ELOOP);
  }
  SUBCASE("into /proc") {
    Link(fixture, "/proc/sys/kernel/core_pattern", "etc/hosts");
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "mount /etc/hosts");
    CHECK(outcome.failed->errnum == EPERM);
  }
  SUBCASE("through a magic link") {
    Link(fixture, "/proc/self/root/tmp/x", "etc/hosts");
    const Outcome outcome = fixture.Run();
    REQUIRE(outcome.failed);
    CHECK(std::string(outcome.failed->step) == "mount /etc/hosts");
  }
  outside.CheckUntouched();
}

TEST_CASE("hostile: what an image has in place of a device is not taken for one") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  std::erase_if(fixture.spec.mounts, [](const berth::Mount& mount) { return mount.destination.starts_with("/dev"); });
  REQUIRE(::mkdir(fixture.Path("overlay2/top/diff/dev").c_str(), 0755) == 0);
  const Outside outside(fixture);
  SUBCASE("a file") { fixture.Write("overlay2/top/diff/dev/null", "x"); }
  SUBCASE("a symlink to a file of the host") { Link(fixture, outside.path() + "/secret", "dev/null"); }
  SUBCASE("another device") {
    const std::string null = fixture.Path("overlay2/top/diff/dev/null");
    REQUIRE(::mknod(null.c_str(), S_IFCHR | 0666, ::makedev(1, 1)) == 0);
  }
  const Outcome outcome = fixture.Run();
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->step) == "device /dev/null");
  CHECK(outcome.failed->errnum == EEXIST);
}

TEST_CASE("hostile: the console of an image is never written to") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  const Outside outside(fixture);
  std::erase_if(fixture.spec.mounts, [](const berth::Mount& mount) { return mount.destination == "/dev"; });
  REQUIRE(::mkdir(fixture.Path("overlay2/top/diff/dev").c_str(), 0755) == 0);
  Link(fixture, outside.path() + "/secret", "dev/console");
  fixture.spec.process.terminal = true;
  fixture.Script("echo x > /dev/console");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "x\r\n");
  CHECK(fixture.Read("outside/secret") == "secret of the host\n");
}

TEST_CASE("hostile: a volume takes nothing from where symlinks of the image point") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  const Outside outside(fixture);
  const std::string data = fixture.Path("volumes/data/_data");
  fixture.supervise.volume_copies = {{data, "/data"}};
  fixture.spec.mounts.push_back({"/data", "bind", data, {"rbind"}});
  SUBCASE("the directory itself") {
    Link(fixture, outside.path(), "data");
    fixture.Script("ls /data");
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output.empty());
  }
  SUBCASE("an entry of it") {
    REQUIRE(::mkdir(fixture.Path("overlay2/top/diff/data").c_str(), 0755) == 0);
    Link(fixture, outside.path() + "/secret", "data/link");
    Link(fixture, outside.path(), "data/dir");
    fixture.Script("readlink /data/link; readlink /data/dir");
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == outside.path() + "/secret\n" + outside.path() + "\n");
  }
  outside.CheckUntouched();
}

TEST_CASE("hostile: whiteouts where set-up mounts hide what lies below, and are replaced") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  for (const char* dir : {"data", "dev", "proc", "sys", "opaque"}) {
    REQUIRE(berth::MakeDirs(AT_FDCWD, fixture.Path(std::string("overlay2/base/diff/") + dir), 0755));
    fixture.Write(std::string("overlay2/base/diff/") + dir + "/below", "x");
  }
  for (const char* name : {"data", "dev", "proc", "sys", "opaque"}) {
    const std::string whiteout = fixture.Path(std::string("overlay2/top/diff/") + name);
    REQUIRE(::mknod(whiteout.c_str(), S_IFCHR, ::makedev(0, 0)) == 0);
  }
  const std::string data = fixture.Path("volumes/data/_data");
  fixture.supervise.volume_copies = {{data, "/data"}};
  fixture.spec.mounts.push_back({"/data", "bind", data, {"rbind"}});
  fixture.Script("ls /data; test -e /opaque || echo gone; test -c /dev/null && echo null; cat /proc/1/comm");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "gone\nnull\ncat\n");
}

TEST_CASE("hostile: masks and protected paths of /proc and /sys follow no symlink") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  SUBCASE("masked") { fixture.spec.masked_paths.emplace_back("/proc/self/fd"); }
  SUBCASE("protected") { fixture.spec.readonly_paths.emplace_back("/proc/self/fd"); }
  const Outcome outcome = fixture.Run();
  REQUIRE(outcome.failed);
  CHECK(outcome.failed->errnum == ELOOP);
}
