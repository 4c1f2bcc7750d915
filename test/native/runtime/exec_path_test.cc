#include "runtime/exec_path.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/cleanup.h"
#include "base/file.h"

using berth::FindExecutable;

namespace {

void MakeFile(const std::string& path, mode_t mode) {
  const auto fd = berth::OpenAt(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  REQUIRE(fd);
  REQUIRE(::fchmod(fd->get(), mode) == 0);
}

}  // namespace

TEST_CASE("exec path: PATH is searched in order; EACCES tells of a file that is there, ENOENT of none") {
  std::string base = "/tmp/berthtest-XXXXXX";
  REQUIRE(::mkdtemp(base.data()) != nullptr);
  const berth::Cleanup remove([&base] { CHECK(berth::RemoveTreeAt(AT_FDCWD, base)); });
  REQUIRE(berth::MakeDirs(AT_FDCWD, base + "/one/dir", 0755));
  REQUIRE(berth::MakeDirs(AT_FDCWD, base + "/two", 0755));
  MakeFile(base + "/one/tool", 0644);
  MakeFile(base + "/two/tool", 0755);
  MakeFile(base + "/one/plain", 0644);
  berth::Process process;
  process.env = {"A=b", "PATH=" + base + "/nosuch:" + base + "/one:" + base + "/two"};
  const auto find = [&process](const std::string& name) {
    process.args = {name};
    return FindExecutable(process);
  };
  CHECK(find("tool").value() == base + "/two/tool");
  CHECK(find("plain").error().errnum == EACCES);
  CHECK(find("dir").error().errnum == EACCES);
  CHECK(find("nosuch").error().errnum == ENOENT);
  CHECK(find("nosuch").error().what == "nosuch: not found in PATH");
  CHECK(find(base + "/two/tool").value() == base + "/two/tool");
  CHECK(find(base + "/one/tool").error().errnum == EACCES);
  CHECK(find(base + "/one/tool/x").error().errnum == ENOTDIR);
  process.env = {"PATH="};
  CHECK(find("nosuch").error().errnum == ENOENT);
  process.env = {};
  CHECK(find("sh").value() == "/bin/sh");
}
