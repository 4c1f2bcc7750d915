#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "layer/archive_builder.h"
#include "layer/layer_fixture.h"

namespace berth::layer {

namespace {

void CheckSameAgain(const std::string& archive) {
  LayerFixture layer;
  const auto result = layer.Run(Gzip(archive));
  REQUIRE(result);
  CHECK(layer.AssembleStream() == archive);
  const auto hashed = Assemble({layer.diff(), layer.split(), -1});
  REQUIRE(hashed);
  CHECK(hashed->diff_id == result->diff_id);
  CHECK(TarSize(layer.split()).value() == archive.size());
}

}  // namespace

TEST_CASE("tar-split: the same stream comes out, byte for byte") {
  SUBCASE("plain members") {
    CheckSameAgain(Directory("d/") + File("d/f", std::string(700000, 'x')) + HardLink("h", "d/f") + Symlink("s", "f") +
                   File("empty", "") + End());
  }
  SUBCASE("whiteouts with payload, odd padding, bytes after the end") {
    CheckSameAgain(File(".wh.gone", "payload") + HeaderBlock({.name = "f", .size = 3}) + "abc" + std::string(509, '#') +
                   End() + std::string(8192, '\0') + "trailer");
  }
  SUBCASE("pax, GNU long names, names that are not UTF-8") {
    CheckSameAgain(PaxOf(PaxRecord("comment", "c") + PaxRecord("path", "p")) + File("x", "1") +
                   Member({.name = "././@LongLink", .type = 'L'}, std::string(150, 'l')) + File("cut", "2") +
                   File("\xff\xfe", "3") + End());
  }
  SUBCASE("duplicates: what was replaced is kept in tar-split") {
    CheckSameAgain(File("f", "first") + File("f", "second") + Directory("d/") + File("d/in", "lost") +
                   File("d", "file") + File("f", "third") + End());
  }
  SUBCASE("a name through a symbolic link") {
    CheckSameAgain(Directory("real/") + Symlink("link", "real") + File("link/f", "through") + End());
  }
  SUBCASE("no end blocks") { CheckSameAgain(File("f", "x")); }
  SUBCASE("no padding after the last payload") { CheckSameAgain(HeaderBlock({.name = "f", .size = 3}) + "abc"); }
}

TEST_CASE("tar-split: a changed file is told, not packed") {
  LayerFixture layer;
  REQUIRE(layer.Run(File("f", "one") + End()));
  std::ofstream(layer.Path("f")) << "two";
  const auto result = Assemble({layer.diff(), layer.split(), -1});
  REQUIRE_FALSE(result);
  CHECK(result.error().what.find("f: the file has changed") != std::string::npos);
}

}  // namespace berth::layer
