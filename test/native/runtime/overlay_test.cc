#include "runtime/overlay.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "container_fixture.h"
#include "support/container.h"

using berth::ContainerFixture;
using berth::Outcome;
using berth::OverlayOptions;

namespace {

// As the image store names layers: 26 letters and digits in overlay2/l.
std::string ShortLink(int number) {
  std::string name = "l/ABCDEFGHIJKLMNOPQRSTUVW000";
  name.replace(name.size() - 3, 3, std::to_string(1000 + number).substr(1));
  return name;
}

berth::Supervise Layers(int count) {
  berth::Supervise supervise;
  supervise.overlay_upper = std::string(64, 'c') + "/diff";
  supervise.overlay_work = std::string(64, 'c') + "/work";
  for (int number = 0; number < count; ++number) {
    supervise.overlay_lower.push_back(ShortLink(number));
  }
  return supervise;
}

}  // namespace

TEST_CASE("overlay: options name the layers topmost first, and no feature is left to the kernel's defaults") {
  const auto options = OverlayOptions(Layers(2));
  REQUIRE(options);
  CHECK(options->starts_with("lowerdir=" + ShortLink(0) + ":" + ShortLink(1) + ",upperdir="));
  CHECK(options->ends_with(",index=off,metacopy=off,redirect_dir=off"));
}

TEST_CASE("overlay: 120 layers fit into the page that mount takes, more are told by their number") {
  CHECK(OverlayOptions(Layers(120))->size() < 4096);
  const auto refused = OverlayOptions(Layers(200));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().errnum == 0);
  CHECK(refused.error().what == "200 layers: mount options exceed a page");
}

TEST_CASE("overlay: a path that overlayfs would split is refused") {
  for (const char* path : {"", "a:b", "a,b", "a\\b"}) {
    berth::Supervise supervise = Layers(1);
    supervise.overlay_lower.emplace_back(path);
    CHECK_FALSE(OverlayOptions(supervise));
    supervise = Layers(1);
    supervise.overlay_work = path;
    CHECK_FALSE(OverlayOptions(supervise));
  }
}

TEST_CASE("overlay: a container of 120 layers sees all of them") {
  NEED_CONTAINERS();
  ContainerFixture fixture;
  std::vector<std::string> lower = Layers(118).overlay_lower;
  for (size_t i = 0; i < lower.size(); ++i) {
    const std::string number = std::to_string(i);
    REQUIRE(berth::MakeDirs(AT_FDCWD, fixture.Path("overlay2/n" + number + "/diff/layers"), 0755));
    fixture.Write("overlay2/n" + number + "/diff/layers/" + number, number);
    REQUIRE(::symlink(("../n" + number + "/diff").c_str(), fixture.Path("overlay2/" + lower[i]).c_str()) == 0);
  }
  fixture.supervise.overlay_lower.insert(fixture.supervise.overlay_lower.begin(), lower.begin(), lower.end());
  fixture.Script("ls /layers | wc -l");
  const Outcome outcome = fixture.Run();
  REQUIRE_STARTED(outcome);
  CHECK(outcome.output == "118\n");
}
