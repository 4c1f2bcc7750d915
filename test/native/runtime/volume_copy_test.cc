#include "runtime/volume_copy.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"

using berth::MakeDirs;
using berth::PopulateVolume;

namespace {

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
    size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(Volume())) {
      ++entries;
    }
    CHECK(entries == 1);
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
