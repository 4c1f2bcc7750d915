#include "layer/unpack.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "layer/archive_builder.h"
#include "layer/layer_fixture.h"

namespace berth::layer {

TEST_CASE("unpack: files keep content, owner, mode and time") {
  LayerFixture layer;
  const std::string archive =
      Directory("etc/", 0750) +
      Member({.name = "etc/sudo", .mode = 04755, .uid = 7, .gid = 8, .mtime = 1234567890}, "data") + End();
  const auto result = layer.Run(archive);
  REQUIRE(result);
  CHECK(result->size == 4);
  CHECK(result->tar_bytes == archive.size());
  CHECK(layer.Read("etc/sudo") == "data");
  const auto info = layer.Stat("etc/sudo");
  REQUIRE(info);
  CHECK((info->st_mode & 07777U) == 04755);
  CHECK(info->st_uid == 7);
  CHECK(info->st_gid == 8);
  CHECK(info->st_mtime == 1234567890);
  CHECK((layer.Stat("etc")->st_mode & 07777U) == 0750);
  CHECK(layer.Stat("etc")->st_mtime == 1'000'000'000);
}

TEST_CASE("unpack: hard links, symbolic links, fifos and devices") {
  LayerFixture layer;
  REQUIRE(layer.Run(File("a", "same") + HardLink("b", "a") + Symlink("s", "/etc/passwd") + HardLink("t", "s") +
                    Member({.name = "null", .type = '3', .mode = 0666, .device_major = 1, .device_minor = 3}) +
                    Member({.name = "loop", .type = '4', .mode = 0660, .device_major = 7}) +
                    Member({.name = "pipe", .type = '6'}) + End()));
  CHECK(layer.Stat("a")->st_ino == layer.Stat("b")->st_ino);
  CHECK(layer.Stat("s")->st_ino == layer.Stat("t")->st_ino);
  CHECK(S_ISLNK(layer.Stat("s")->st_mode));
  CHECK(S_ISCHR(layer.Stat("null")->st_mode));
  CHECK(layer.Stat("null")->st_rdev == ::makedev(1, 3));
  CHECK(S_ISBLK(layer.Stat("loop")->st_mode));
  CHECK(S_ISFIFO(layer.Stat("pipe")->st_mode));
}

TEST_CASE("unpack: file capabilities outlive the change of owner") {
  LayerFixture layer;
  const std::string capability("\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
  REQUIRE(layer.Run(Pax("SCHILY.xattr.security.capability", capability) +
                    Member({.name = "ping", .mode = 0755, .uid = 1, .gid = 1}, "elf") + End()));
  CHECK(layer.Xattr("ping", "security.capability") == capability);
}

TEST_CASE("unpack: an archive can't set attributes of overlayfs") {
  LayerFixture layer;
  REQUIRE(layer.Run(Pax("SCHILY.xattr.trusted.overlay.redirect", "/etc") + Directory("d/") + End()));
  CHECK_FALSE(layer.Xattr("d", "trusted.overlay.redirect"));
}

TEST_CASE("unpack: pax records say what header fields can't hold") {
  LayerFixture layer;
  const std::string name = std::string(200, 'n') + "/" + std::string(200, 'm');
  REQUIRE(layer.Run(PaxOf(PaxRecord("path", name) + PaxRecord("uid", "3000000") + PaxRecord("mtime", "12.5")) +
                    File("short", "x") + End()));
  const auto info = layer.Stat(name);
  REQUIRE(info);
  CHECK(info->st_uid == 3000000);
  CHECK(info->st_mtim.tv_sec == 12);
  CHECK(info->st_mtim.tv_nsec == 500'000'000);
}

TEST_CASE("unpack: GNU long names and long links") {
  LayerFixture layer;
  const std::string name(150, 'l');
  REQUIRE(layer.Run(Member({.name = "././@LongLink", .type = 'L'}, name + std::string(1, '\0')) +
                    Member({.name = "././@LongLink", .type = 'K'}, std::string(180, 't')) + Symlink("cut", "cut") +
                    End()));
  CHECK(layer.Stat(name)->st_size == 180);
}

TEST_CASE("unpack: whiteouts become devices, opaque directories an attribute") {
  LayerFixture layer;
  const auto result = layer.Run(Directory("d/") + File("d/.wh.gone", "") + Directory("o/") +
                                File("o/.wh..wh..opq", "") + File("o/kept", "k") + File(".wh..wh.plnk", "") + End());
  REQUIRE(result);
  CHECK_FALSE(result->opaque_root);
  CHECK(S_ISCHR(layer.Stat("d/gone")->st_mode));
  CHECK(layer.Stat("d/gone")->st_rdev == 0);
  CHECK(layer.Xattr("o", "trusted.overlay.opaque") == "y");
  CHECK(layer.Read("o/kept") == "k");
  CHECK_FALSE(layer.Stat(".wh..wh.plnk"));
}

TEST_CASE("unpack: a directory in place of a whiteout is opaque, whichever comes first") {
  LayerFixture layer;
  REQUIRE(layer.Run(File(".wh.a", "") + Directory("a/") + Directory("b/") + File(".wh.b", "") + File(".wh.c", "") +
                    File("c/d", "x") + End()));
  CHECK(layer.Xattr("a", "trusted.overlay.opaque") == "y");
  CHECK(layer.Xattr("b", "trusted.overlay.opaque") == "y");
  CHECK(layer.Xattr("c", "trusted.overlay.opaque") == "y");
}

TEST_CASE("unpack: an opaque root hides all layers below") {
  LayerFixture layer;
  const auto result = layer.Run(File(".wh..wh..opq", "") + File("f", "x") + End());
  REQUIRE(result);
  CHECK(result->opaque_root);
}

TEST_CASE("unpack: GNU sparse 1.0 leaves holes") {
  LayerFixture layer;
  const std::string map = "2\n0\n4\n1048576\n4\n";
  REQUIRE(layer.Run(PaxOf(PaxRecord("GNU.sparse.major", "1") + PaxRecord("GNU.sparse.minor", "0") +
                          PaxRecord("GNU.sparse.name", "hole") + PaxRecord("GNU.sparse.realsize", "2097152")) +
                    File("GNUSparseFile/hole", map + Padding(map.size()) + "headtail") + End()));
  const std::string content = layer.Read("hole");
  CHECK(content.size() == 2097152);
  CHECK(content.substr(0, 4) == "head");
  CHECK(content.substr(1048576, 4) == "tail");
  CHECK(layer.Stat("hole")->st_blocks * 512 < 1048576);
}

TEST_CASE("unpack: gzip of several members, and an empty archive") {
  LayerFixture layer;
  const std::string archive = File("f", std::string(100000, 'z')) + End();
  const auto result = layer.Run(Gzip(archive.substr(0, 5000)) + Gzip(archive.substr(5000)));
  REQUIRE(result);
  CHECK(result->tar_bytes == archive.size());
  LayerFixture empty;
  CHECK(empty.Run(End()));
}

}  // namespace berth::layer
