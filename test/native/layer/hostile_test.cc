// Archives made to write outside of their layer, to exhaust the host, or to be taken for something else.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "layer/archive_builder.h"
#include "layer/layer_fixture.h"

namespace berth::layer {

namespace {

struct Hostile {
  const char* what;
  std::string archive;
  bool refused;
};

// `out` is an absolute directory that must stay as it is; `up` leads there from the layer.
std::vector<Hostile> Escapes(const std::string& out) {
  const std::string up = "../../outside";
  return {
      {"absolute name", File(out + "/evil", "x"), false},
      {"name with ..", File(up + "/evil", "x"), true},
      {".. in the middle", File("a/../../../outside/evil", "x"), true},
      {".. alone", Directory(".."), true},
      {"directory with ..", Directory(up + "/evil/"), true},
      {"absolute .. name", File("/../../outside/evil", "x"), true},
      {"symbolic link with ..", Symlink("../../outside/evil", "x"), true},
      {"through an absolute link", Symlink("l", out) + File("l/evil", "x"), true},
      {"through a relative link", Symlink("l", up) + File("l/evil", "x"), true},
      {"through two links", Symlink("a", "b") + Symlink("b", up) + File("a/evil", "x"), true},
      {"through a link to the root", Symlink("l", "/") + File("l/evil", "x"), false},
      {"through a link to ..", Symlink("l", "..") + File("l/outside/victim", "x"), false},
      {"directory through a link", Symlink("l", out) + Directory("l/evil/"), true},
      {"directory over a link", Symlink("l", out) + Directory("l/") + File("l/evil", "x"), false},
      {"mode of a link's target", Symlink("l", out + "/victim") + Member({.name = "l", .mode = 0}, ""), false},
      {"file over a link", Symlink("l", out + "/victim") + File("l", "x"), false},
      {"node over a link", Symlink("l", out + "/victim") + Member({.name = "l", .type = '6'}), false},
      {"hard link to an absolute name", HardLink("h", out + "/victim"), true},
      {"hard link with ..", HardLink("h", up + "/victim"), true},
      {"hard link through a link", Symlink("l", out) + HardLink("h", "l/victim"), true},
      {"hard link of a link, then written", Symlink("l", out + "/victim") + HardLink("h", "l") + File("h", "x"), false},
      {"hard link to the root", HardLink("h", "."), true},
      {"hard link to itself", HardLink("h", "h"), true},
      {"hard link to a directory", Directory("d/") + HardLink("h", "d"), true},
      {"hard link name with ..", File("a", "x") + HardLink(up + "/evil", "a"), true},
      {"directory replaced by a link", Directory("d/") + File("d/a", "x") + Symlink("d", out) + File("d/evil", "x"),
       true},
      {"link loop", Symlink("a", "b") + Symlink("b", "a") + File("a/evil", "x"), true},
      {"whiteout of ..", File("d/.wh...", ""), true},
      {"whiteout of .", File("d/.wh..", ""), true},
      {"whiteout of nothing", File(".wh.", ""), true},
      {"whiteout through a link", Symlink("l", out) + File("l/.wh.victim", ""), true},
      {"whiteout through ..", File(up + "/.wh.victim", ""), true},
      {"opaque through a link", Symlink("l", out) + File("l/.wh..wh..opq", ""), true},
      {"opaque above the layer", File("../.wh..wh..opq", ""), true},
      {"whiteout as a directory's name", Directory(".wh.../") + File("x", ""), true},
      {"pax path with ..", Pax("path", up + "/evil") + File("fine", "x"), true},
      {"pax linkpath with ..", Pax("linkpath", up + "/victim") + HardLink("h", "fine"), true},
      {"pax path with NUL", Pax("path", std::string("a\0b", 3)) + File("fine", "x"), true},
      {"GNU long name with ..", Member({.name = "L", .type = 'L'}, up + "/evil") + File("fine", "x"), true},
      {"sparse name with ..",
       PaxOf(PaxRecord("GNU.sparse.major", "1") + PaxRecord("GNU.sparse.minor", "0") +
             PaxRecord("GNU.sparse.name", up + "/evil") + PaxRecord("GNU.sparse.realsize", "4")) +
           File("fine", "1\n0\n4\n" + std::string(506, '\0') + "data"),
       true},
      {"device through a link", Symlink("l", out) + Member({.name = "l/evil", .type = '3', .device_major = 1}), true},
  };
}

std::vector<Hostile> Malformed() {
  std::string checksum = File("f", "x");
  checksum[0] = 'g';
  std::string negative = HeaderBlock({.name = "f"});
  return {
      {"not a tar archive", std::string(2048, 'x'), true},
      {"bad checksum", checksum, true},
      {"cut in a header", File("f", "x").substr(0, 300), true},
      {"cut in a payload", File("f", std::string(2000, 'x')).substr(0, 1000), true},
      {"cut in the padding", File("f", "x").substr(0, 700), true},
      {"cut in a pax header", Pax("path", std::string(600, 'p')).substr(0, 700), true},
      {"more declared than there is", HeaderBlock({.name = "f", .size = 0777777777}) + std::string(512, 'x'), true},
      {"huge pax header", HeaderBlock({.name = "p", .type = 'x', .size = 1U << 30U}) + std::string(512, '1'), true},
      {"huge long name", HeaderBlock({.name = "p", .type = 'L', .size = 1U << 30U}) + std::string(512, '1'), true},
      {"pax record without end", PaxOf("20 path=x"), true},
      {"pax record of length 0", PaxOf("0 path=x\n") + File("f", ""), true},
      {"pax record longer than a number", PaxOf("99999999999999999999999 path=x\n") + File("f", ""), true},
      {"pax size that is no number", Pax("size", "-5") + File("f", ""), true},
      {"pax size without end", Pax("size", "99999999999999999999") + File("f", ""), true},
      {"pax owner -1", Pax("uid", "4294967295") + File("f", ""), true},
      {"unknown type", Member({.name = "f", .type = 'Z'}), true},
      {"a lone block of zeros", File("a", "x") + std::string(512, '\0') + File("b", "x"), true},
      {"a component of 5000 bytes", Pax("path", std::string(5000, 'c')) + File("f", ""), true},
      {"a path of 5000 bytes",
       Pax("path", std::string(2500, 'c').replace(0, 0, "") + "/" + std::string(2500, 'd')) + File("f", ""), true},
      {"the root as a file", File(".", "x"), true},
      {"the root as a link", Symlink("./", "/etc"), true},
      {"an empty name", File("", "x"), true},
      {"a file as a parent", File("f", "x") + File("f/g", "y"), true},
      {"sparse pieces that overlap",
       PaxOf(PaxRecord("GNU.sparse.major", "1") + PaxRecord("GNU.sparse.minor", "0") +
             PaxRecord("GNU.sparse.realsize", "8")) +
           File("s", "2\n0\n4\n2\n4\n" + std::string(502, '\0') + "datadata"),
       true},
      {"sparse map of a billion pieces",
       PaxOf(PaxRecord("GNU.sparse.major", "1") + PaxRecord("GNU.sparse.minor", "0") +
             PaxRecord("GNU.sparse.realsize", "8")) +
           File("s", "1000000000\n" + std::string(501, '1')),
       true},
      {"cut gzip", Gzip(File("f", std::string(5000, 'x')) + End()).substr(0, 40), true},
      {"gzip with a tail", Gzip(File("f", "x") + End()) + std::string(4, '\0') + "tail", true},
      {"xz",
       std::string("\xfd"
                   "7zXZ\0",
                   6) +
           "rest",
       true},
  };
}

void CheckContained(const Hostile& hostile, LayerFixture* layer) {
  CAPTURE(hostile.what);
  const std::string before = layer->Surroundings();
  const auto result = layer->Run(hostile.archive);
  CHECK(result.has_value() == !hostile.refused);
  CHECK(layer->Surroundings() == before);
}

}  // namespace

TEST_CASE("hostile: nothing is written outside of the layer") {
  const size_t count = Escapes("").size();
  for (size_t i = 0; i < count; i++) {
    LayerFixture layer;
    Hostile hostile = Escapes(layer.outside())[i];
    hostile.archive += End();
    CheckContained(hostile, &layer);
  }
}

TEST_CASE("hostile: malformed archives are refused") {
  for (const Hostile& hostile : Malformed()) {
    LayerFixture layer;
    CheckContained(hostile, &layer);
  }
}

TEST_CASE("hostile: a wrong diff id, told after the last byte") {
  LayerFixture layer;
  const auto result = layer.Run(File("f", "x") + End(), "sha256:" + std::string(64, '0'));
  REQUIRE_FALSE(result);
  CHECK(result.error().errnum == 0);
  CHECK(result.error().what.find("the diff id is sha256:") != std::string::npos);
}

TEST_CASE("hostile: bombs end at their bounds") {
  const std::string bomb = Gzip(File("zeros", std::string(80U << 20U, '\0')) + End());
  LayerFixture by_size;
  const auto size = by_size.Run(bomb, "", {1U << 20U, 1000});
  REQUIRE_FALSE(size);
  CHECK(size.error().errnum == EFBIG);
  LayerFixture by_ratio;
  const auto ratio = by_ratio.Run(bomb, "", {UINT64_MAX, 100});
  REQUIRE_FALSE(ratio);
  CHECK(ratio.error().errnum == EFBIG);
}

TEST_CASE("hostile: the last of members with one name counts") {
  LayerFixture layer;
  REQUIRE(layer.Run(File("f", "1") + File("f", "2") + Directory("d/") + File("d/x", "x") + File("d", "file") + End()));
  CHECK(layer.Read("f") == "2");
  CHECK(layer.Read("d") == "file");
}

}  // namespace berth::layer
