// A child with a mount namespace of its own, in which a test mounts what it likes.
#pragma once

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "base/file.h"

namespace berth {

// A mount namespace of this process's own, with a tmpfs at `dir`.
inline bool EnterMountNamespace(const std::string& dir) {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_PRIVATE | MS_REC, nullptr) == 0 &&
         ::mount("tmpfs", dir.c_str(), "tmpfs", 0, nullptr) == 0;
}

// Runs `work` in such a child, with the path of the tmpfs. Returns what it told; empty: all is well. Needs root.
inline std::string InMountNamespace(const std::function<std::string(const std::string& dir)>& work) {
  std::string dir = "/tmp/berthtest-mounts-XXXXXX";
  REQUIRE(::mkdtemp(dir.data()) != nullptr);
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const pid_t pid = ::fork();
  if (pid == 0) {
    const std::string told = EnterMountNamespace(dir) ? work(dir) : "no mount namespace";
    ::_exit(WriteAll(writer.get(), told, "test") ? 0 : 1);
  }
  writer.Reset();
  const auto told = ReadAll(reader.get(), 1U << 20U);
  int status = -1;
  ::waitpid(pid, &status, 0);
  CHECK(status == 0);
  CHECK(::rmdir(dir.c_str()) == 0);
  return told.value_or("unread");
}

}  // namespace berth
