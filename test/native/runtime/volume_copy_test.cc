#include "runtime/volume_copy.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <utility>

#include "base/file.h"
#include "container_fixture.h"
#include "support/container.h"

using berth::MakeDirs;
using berth::PopulateVolume;

namespace {

std::ptrdiff_t EntryCount(const std::string& dir) {
  return std::distance(std::filesystem::directory_iterator(dir), std::filesystem::directory_iterator());
}

// A tmpfs while the test lasts.
class TemporaryMount {
 public:
  explicit TemporaryMount(std::string dir) : dir_(std::move(dir)) {
    REQUIRE(::mount("tmpfs", dir_.c_str(), "tmpfs", MS_NOSUID, nullptr) == 0);
  }
  TemporaryMount(const TemporaryMount&) = delete;
  TemporaryMount& operator=(const TemporaryMount&) = delete;
  ~TemporaryMount() { CHECK(::umount2(dir_.c_str(), MNT_DETACH) == 0); }

 private:
  std::string dir_;
};

class VolumeFixture {
 public:
  VolumeFixture() {
    REQUIRE(::mkdtemp(base_.data()) != nullptr);
    REQUIRE(MakeDirs(AT_FDCWD, Data(), 0700));
    REQUIRE(MakeDirs(AT_FDCWD, Image() + "/deep/er", 0755));
    for (int i = 0; i < kFiles; ++i) {
      Write(Image() + "/deep/file" + std::to_string(i), std::string(static_cast<size_t>(i) * 100, 'x'));
    }
    root_ = *berth::OpenAt(AT_FDCWD, base_ + "/root", O_PATH | O_DIRECTORY);
  }
  VolumeFixture(const VolumeFixture&) = delete;
  VolumeFixture& operator=(const VolumeFixture&) = delete;
  ~VolumeFixture() { CHECK(berth::RemoveTreeAt(AT_FDCWD, base_)); }

  [[nodiscard]] int Root() const { return root_.get(); }
  [[nodiscard]] std::string Volume() const { return base_ + "/volume"; }
  [[nodiscard]] std::string Data() const { return Volume() + "/_data"; }
  [[nodiscard]] std::string Image() const { return base_ + "/root/data"; }
  [[nodiscard]] berth::Status Populate() const { return PopulateVolume(root_.get(), Data(), "/data"); }

  static void Write(const std::string& path, const std::string& text) {
    const auto fd = berth::OpenAt(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    REQUIRE(fd);
    REQUIRE(berth::WriteAll(fd->get(), text, path.c_str()));
  }

  void CheckComplete() const {
    for (int i = 0; i < kFiles; ++i) {
      struct stat status{};
      REQUIRE(::stat((Data() + "/deep/file" + std::to_string(i)).c_str(), &status) == 0);
      CHECK(status.st_size == i * 100);
    }
    CHECK(std::filesystem::is_directory(Data() + "/deep/er"));
    CHECK(EntryCount(Volume()) == 1);
  }

 private:
  static constexpr int kFiles = 200;
  std::string base_ = "/tmp/berthtest-XXXXXX";
  berth::UniqueFd root_;
};

}  // namespace

TEST_CASE("volume copy: containers that start at once fill a volume once, and each finds it whole") {
  const VolumeFixture fixture;
  std::array<pid_t, 4> pids{};
  for (pid_t& pid : pids) {
    pid = ::fork();
    if (pid == 0) {
      const bool whole = fixture.Populate() && ::access((fixture.Data() + "/deep/file199").c_str(), F_OK) == 0;
      ::_exit(whole ? 0 : 1);
    }
  }
  for (const pid_t pid : pids) {
    int status = -1;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
  }
  fixture.CheckComplete();
}

TEST_CASE("volume copy: killed while copying, the next start begins anew") {
  const VolumeFixture fixture;
  REQUIRE(MakeDirs(AT_FDCWD, fixture.Volume() + "/_copy/deep", 0755));
  VolumeFixture::Write(fixture.Volume() + "/_copy/deep/file7", "half");
  REQUIRE(fixture.Populate());
  fixture.CheckComplete();
}

TEST_CASE("volume copy: killed while moving, the next start moves the rest") {
  const VolumeFixture fixture;
  REQUIRE(fixture.Populate());
  REQUIRE(MakeDirs(AT_FDCWD, fixture.Volume() + "/_copied", 0755));
  REQUIRE(::rename((fixture.Data() + "/deep").c_str(), (fixture.Volume() + "/_copied/deep").c_str()) == 0);
  VolumeFixture::Write(fixture.Data() + "/moved-before", "");
  REQUIRE(fixture.Populate());
  fixture.CheckComplete();
}

TEST_CASE("volume copy: a volume with content, and an image without the directory, stay as they are") {
  const VolumeFixture fixture;
  SUBCASE("content") {
    VolumeFixture::Write(fixture.Data() + "/own", "");
    REQUIRE(fixture.Populate());
    CHECK_FALSE(std::filesystem::exists(fixture.Data() + "/deep"));
  }
  SUBCASE("no directory") {
    REQUIRE(berth::RemoveTreeAt(AT_FDCWD, fixture.Image()));
    REQUIRE(fixture.Populate());
    CHECK(std::filesystem::is_empty(fixture.Data()));
  }
  SUBCASE("a file") {
    REQUIRE(berth::RemoveTreeAt(AT_FDCWD, fixture.Image()));
    VolumeFixture::Write(fixture.Image(), "x");
    REQUIRE(fixture.Populate());
    CHECK(std::filesystem::is_empty(fixture.Data()));
  }
}

TEST_CASE("volume copy: into a directory of the user's, which may be a mount, and nothing beside it") {
  NEED_CONTAINERS();
  const VolumeFixture fixture;
  const std::string device = fixture.Volume() + "/device";
  REQUIRE(MakeDirs(AT_FDCWD, device, 0755));
  const TemporaryMount mount(device);
  const auto populate = [&] { return PopulateVolume(fixture.Root(), device, "/data"); };
  const auto filled = [&] {
    CHECK(std::filesystem::is_directory(device + "/deep/er"));
    CHECK(EntryCount(device) == 1);
    CHECK(EntryCount(fixture.Volume()) == 2);
  };
  SUBCASE("at once") {
    REQUIRE(::chmod(fixture.Image().c_str(), 02750) == 0);
    REQUIRE(populate());
    struct stat status{};
    REQUIRE(::stat(device.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 02750);
    filled();
  }
  SUBCASE("killed while copying") {
    REQUIRE(MakeDirs(AT_FDCWD, device + "/.berth-copy/half", 0755));
    REQUIRE(populate());
    filled();
  }
  SUBCASE("killed while moving") {
    REQUIRE(MakeDirs(AT_FDCWD, device + "/.berth-copied/deep/er", 0755));
    REQUIRE(populate());
    filled();
  }
  SUBCASE("a container made a directory that passes for the copy") {
    REQUIRE(MakeDirs(AT_FDCWD, device + "/.berth-copied", 0755));
    REQUIRE(::chown((device + "/.berth-copied").c_str(), 1000, 1000) == 0);
    REQUIRE(populate());
    struct stat status{};
    REQUIRE(::stat(device.c_str(), &status) == 0);
    CHECK(status.st_uid == 0);
  }
  SUBCASE("it has content") {
    VolumeFixture::Write(device + "/own", "");
    REQUIRE(populate());
    CHECK(EntryCount(device) == 1);
  }
  SUBCASE("a container put a symlink where the copy is made") {
    REQUIRE(::symlink(fixture.Image().c_str(), (device + "/.berth-copied").c_str()) == 0);
    const auto refused = populate();
    REQUIRE_FALSE(refused);
    CHECK((refused.error().errnum == ELOOP || refused.error().errnum == ENOTDIR));
    CHECK(std::filesystem::is_directory(fixture.Image() + "/deep/er"));
  }
  SUBCASE("a container put a symlink where it begins") {
    REQUIRE(::symlink(fixture.Image().c_str(), (device + "/.berth-copy").c_str()) == 0);
    REQUIRE(populate());
    filled();
    CHECK(std::filesystem::is_directory(fixture.Image() + "/deep/er"));
  }
}
