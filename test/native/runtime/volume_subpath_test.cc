// Parts of a volume that another container, which shares the volume, makes into something else.
#include "runtime/volume_subpath.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "container_fixture.h"
#include "support/container.h"

using berth::ContainerFixture;
using berth::Outcome;

namespace {

constexpr unsigned kExchange = 2;  // RENAME_EXCHANGE

// A container with the part `site` of a volume at /part, and a directory of the host beside the volume.
class PartFixture : public ContainerFixture {
 public:
  PartFixture() {
    MakeDir("outside");
    Write("outside/name", "the host\n");
    MakeDir("volumes/data/_data/site");
    Write("volumes/data/_data/site/name", "the part\n");
    Write("volumes/data/_data/secret", "all of the volume\n");
    Mount("site");
  }

  void Mount(const std::string& subpath, std::vector<std::string> options = {"rbind", "rprivate"}) {
    std::erase_if(spec.mounts, [](const berth::Mount& mount) { return mount.destination == "/part"; });
    options.push_back("x-berth.volume=shop_data");
    options.push_back("x-berth.subpath=" + subpath);
    spec.mounts.push_back({"/part", "bind", Path("volumes/data/_data/" + subpath), std::move(options)});
  }

  // What a container that has the whole volume can do.
  void MakeDir(const std::string& path) const { REQUIRE(berth::MakeDirs(AT_FDCWD, Path(path), 0755)); }
  void Replace(const std::string& name, const std::string& target) const {
    const std::string path = Path("volumes/data/_data/" + name);
    REQUIRE(::rename(path.c_str(), (path + ".old").c_str()) == 0);
    REQUIRE(::symlink(target.c_str(), path.c_str()) == 0);
  }

  Outcome RunToShow() {
    Script("ls /part; cat /part/name");
    return Run();
  }
};

// A process that exchanges two names without end.
class Swapper {
 public:
  Swapper(const std::string& one, const std::string& other) : pid_(::fork()) {
    REQUIRE(pid_ >= 0);
    while (pid_ == 0) {
      ::syscall(SYS_renameat2, AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), kExchange);
    }
  }
  Swapper(const Swapper&) = delete;
  Swapper& operator=(const Swapper&) = delete;
  ~Swapper() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

void CheckRefused(const Outcome& outcome, int errnum, const std::string& subpath) {
  REQUIRE(outcome.failed);
  CHECK(std::string(outcome.failed->step) == "mount /part");
  CHECK(std::string(outcome.failed->call) == "openat2");
  CHECK(std::string(outcome.failed->what) == subpath + " of volume shop_data");
  CHECK(outcome.failed->errnum == errnum);
}

constexpr const char* kUp = "../../../../../../../../../../../..";

}  // namespace

TEST_CASE("subpath: a directory or file of the volume is all that is seen") {
  NEED_CONTAINERS();
  PartFixture fixture;
  SUBCASE("a directory") {
    const Outcome outcome = fixture.RunToShow();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == "name\nthe part\n");
  }
  SUBCASE("deeper, and written untidily") {
    fixture.MakeDir("volumes/data/_data/a/b c/d");
    fixture.Write("volumes/data/_data/a/b c/d/name", "deep\n");
    fixture.Mount("./a//b c/d/");
    const Outcome outcome = fixture.RunToShow();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == "name\ndeep\n");
  }
  SUBCASE("a file") {
    fixture.Mount("site/name");
    fixture.Script("cat /part");
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output == "the part\n");
  }
  SUBCASE("written to, or read-only") {
    fixture.Script("echo x > /part/name; cat /part/name");
    CHECK(fixture.Run().output == "x\n");
    fixture.Mount("site", {"rbind", "rprivate", "ro"});
    fixture.Script("echo y > /part/name; cat /part/name");
    CHECK(fixture.Run().output.ends_with("Read-only file system\nx\n"));
    CHECK(fixture.Read("volumes/data/_data/site/name") == "x\n");
  }
  SUBCASE("the part holds a way up") {
    fixture.Script("ls /part/..; test -e /part/../secret || echo none");
    CHECK(fixture.Run().output.ends_with("none\n"));
  }
}

TEST_CASE("subpath: a symlink put in its place before the next start leads nowhere but into the volume") {
  NEED_CONTAINERS();
  PartFixture fixture;
  std::string target;
  SUBCASE("absolute") { target = fixture.Path("outside"); }
  SUBCASE("up and out") { target = kUp + fixture.Path("outside"); }
  SUBCASE("up through a directory") { target = std::string("site.old/") + kUp + fixture.Path("outside"); }
  SUBCASE("by another symlink") {
    REQUIRE(::symlink(fixture.Path("outside").c_str(), fixture.Path("volumes/data/_data/link").c_str()) == 0);
    target = "link";
  }
  SUBCASE("through /proc") { target = "/proc/self/root" + fixture.Path("outside"); }
  CHECK(fixture.RunToShow().output == "name\nthe part\n");
  fixture.Replace("site", target);
  CheckRefused(fixture.RunToShow(), ENOENT, "site");
  // The same link once the volume has that path itself.
  for (const char* above : {"", "/proc/self/root"}) {
    const std::string dir = std::string("volumes/data/_data") + above + fixture.Path("outside");
    fixture.MakeDir(dir);
    fixture.Write(dir + "/name", "the volume's own\n");
  }
  const Outcome outcome = fixture.RunToShow();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "name\nthe volume's own\n");
  CHECK(fixture.Read("outside/name") == "the host\n");
}

TEST_CASE("subpath: a symlink in place of a directory on the way") {
  NEED_CONTAINERS();
  PartFixture fixture;
  fixture.MakeDir("outside/sub");
  fixture.Write("outside/sub/name", "the host\n");
  fixture.MakeDir("volumes/data/_data/site/sub");
  fixture.Write("volumes/data/_data/site/sub/name", "below\n");
  fixture.Mount("site/sub");
  CHECK(fixture.RunToShow().output == "name\nbelow\n");
  SUBCASE("out") {
    fixture.Replace("site", fixture.Path("outside"));
    CheckRefused(fixture.RunToShow(), ENOENT, "site/sub");
  }
  SUBCASE("to itself") {
    fixture.Replace("site", "site");
    CheckRefused(fixture.RunToShow(), ELOOP, "site/sub");
  }
  SUBCASE("within the volume") {
    fixture.Replace("site", "/site.old");
    CHECK(fixture.RunToShow().output == "name\nbelow\n");
  }
}

TEST_CASE("subpath: one that is not there names itself and the volume") {
  NEED_CONTAINERS();
  PartFixture fixture;
  SUBCASE("nothing") {
    fixture.Mount("gone/away");
    CheckRefused(fixture.RunToShow(), ENOENT, "gone/away");
  }
  SUBCASE("a file on the way") {
    fixture.Mount("secret/away");
    CheckRefused(fixture.RunToShow(), ENOTDIR, "secret/away");
  }
  SUBCASE("the source is something else") {
    fixture.spec.mounts.back().source = fixture.Path("outside");
    const Outcome outcome = fixture.RunToShow();
    REQUIRE(outcome.failed);
    CHECK(outcome.failed->errnum == EINVAL);
    CHECK(std::string(outcome.failed->what).ends_with("outside: does not end in the subpath site"));
  }
}

TEST_CASE("subpath: swapped over and over while it is looked up, it is the part or nothing") {
  NEED_CONTAINERS();
  const PartFixture fixture;
  const std::string data = fixture.Path("volumes/data/_data");
  REQUIRE(::symlink((kUp + fixture.Path("outside")).c_str(), (data + "/link").c_str()) == 0);
  const Swapper swapper(data + "/site", data + "/link");
  struct stat outside{};
  REQUIRE(::stat(fixture.Path("outside").c_str(), &outside) == 0);
  const berth::Mount& mount = fixture.spec.mounts.back();
  const auto options = berth::ParseMountOptions(mount);
  int found = 0;
  int refused = 0;
  for (int i = 0; i < 100'000 && (i < 2000 || found == 0 || refused == 0); ++i) {
    const auto clone = berth::CloneVolumeSubpath(mount, *options);
    struct stat status{};
    if (!clone) {
      REQUIRE(clone.error().errnum == ENOENT);
      ++refused;
    } else if (::fstat(clone->get(), &status) == 0) {
      REQUIRE(status.st_ino != outside.st_ino);
      ++found;
    }
  }
  CHECK(found > 0);
  CHECK(refused > 0);
}

TEST_CASE("subpath: of a volume that is a filesystem of its own") {
  NEED_CONTAINERS();
  PartFixture fixture;
  fixture.MakeDir("lower");
  const std::string layers = "lowerdir=" + fixture.Path("volumes/data/_data") + ":" + fixture.Path("lower");
  fixture.spec.mounts.back() = {
      "/part", "overlay", "overlay", {layers, "ro", "x-berth.volume=shop_data", "x-berth.subpath=site"}};
  SUBCASE("alone is seen, with the filesystem's flags") {
    fixture.Script(
        "ls /part; cat /part/name; echo x > /part/name; grep -c ' /part overlay' /proc/mounts; test -e /secret");
    const Outcome outcome = fixture.Run();
    REQUIRE_STARTED(outcome);
    CHECK(outcome.output.starts_with("name\nthe part\n"));
    CHECK(outcome.output.ends_with("Read-only file system\n1\n"));
    CHECK(outcome.exit_code == 1);
  }
  SUBCASE("a file") {
    fixture.spec.mounts.back().options.back() += "/name";
    fixture.Script("cat /part");
    CHECK(fixture.Run().output == "the part\n");
  }
  SUBCASE("a symlink in its place") {
    fixture.Replace("site", fixture.Path("outside"));
    CheckRefused(fixture.RunToShow(), ENOENT, "site");
  }
}
