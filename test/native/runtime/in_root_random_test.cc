// The module of paths against the kernel's answers, on random trees.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "base/file.h"
#include "runtime/in_root.h"
#include "support/mount_namespace.h"
#include "support/random_tree.h"
#include "support/skip.h"
#include "support/without_openat2.h"

namespace berth {

namespace {

constexpr uint64_t kTrees = 300;
constexpr int kPaths = 120;

std::string NewRoot(const std::string& dir, const std::string& name) {
  const std::string root = dir + "/" + name;
  ::mkdir(root.c_str(), 0755);
  return root;
}

std::string CompareTrees(const std::string& dir) {
  if (!MountProc(dir)) {
    return "no procfs";
  }
  const auto root = OpenAt(AT_FDCWD, dir, O_PATH | O_DIRECTORY);
  for (uint64_t seed = 0; seed < kTrees; ++seed) {
    RandomTree tree(seed, dir);
    for (int i = 0; i < kPaths; ++i) {
      if (std::string difference = DifferenceOfWalk(root->get(), tree); !difference.empty()) {
        return "seed " + std::to_string(seed) + ": " + difference;
      }
    }
    for (const char* name : {"a", "b", "c", "d", "e"}) {
      (void)RemoveTreeAt(root->get(), name);
    }
  }
  return {};
}

// Every entry with its type and, of links, its text.
std::string Listing(const std::string& root) {
  std::vector<std::string> lines;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const bool link = entry.is_symlink();
    lines.push_back(entry.path().string().substr(root.size()) + (link ? " -> " : " ") +
                    (link ? std::filesystem::read_symlink(entry.path()).string()
                          : std::to_string(static_cast<int>(entry.symlink_status().type()))));
  }
  std::ranges::sort(lines);
  std::string text;
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  return text;
}

// Makes directories and files at random paths; returns the errnos and what is there then.
std::string MakeAtRandom(const std::string& root, uint64_t seed) {
  RandomTree tree(seed, root);
  const auto fd = OpenAt(AT_FDCWD, root, O_PATH | O_DIRECTORY);
  std::string told;
  for (int i = 0; i < 12; ++i) {
    const std::string path = tree.Path();
    const auto made =
        tree.Below(2) == 0 ? MakeDirsInRoot(fd->get(), path, 0700) : MakeFileInRoot(fd->get(), path, 0600);
    told += path + ": " + std::to_string(made ? 0 : made.error().errnum) + "\n";
  }
  return told + Listing(root);
}

// The same is made by a process that has openat2 and by one that has not.
std::string CompareMade(const std::string& dir) {
  for (uint64_t seed = 0; seed < kTrees; ++seed) {
    const std::string with = MakeAtRandom(NewRoot(dir, "w"), seed);
    const std::string again = NewRoot(dir, "o");
    const pid_t pid = ::fork();
    if (pid == 0) {
      const bool same = RefuseOpenat2(ENOSYS) && MakeAtRandom(again, seed) == with;
      ::_exit(same ? 0 : 1);
    }
    int status = -1;
    ::waitpid(pid, &status, 0);
    if (status != 0) {
      return "seed " + std::to_string(seed) + "\n" + with + "but without openat2\n" + Listing(again);
    }
    (void)RemoveTreeAt(AT_FDCWD, dir + "/w");
    (void)RemoveTreeAt(AT_FDCWD, again);
  }
  return {};
}

// Runs cases of this executable in a child to which openat2 is refused. Returns its output where one failed.
std::string RunWithout(uint32_t errnum, const char* cases) {
  const UniqueFd output(::memfd_create("output", MFD_CLOEXEC));
  const pid_t pid = ::fork();
  if (pid == 0) {
    const std::string filter = std::string("--test-case=") + cases;
    ::dup2(output.get(), STDOUT_FILENO);
    if (RefuseOpenat2(errnum)) {
      ::execl("/proc/self/exe", "runtime_tests", filter.c_str(), "--no-version", nullptr);
    }
    ::_exit(1);
  }
  int status = -1;
  ::waitpid(pid, &status, 0);
  ::lseek(output.get(), 0, SEEK_SET);
  return status == 0 ? "" : ReadAll(output.get(), 1U << 20U).value_or("unread");
}

}  // namespace

TEST_CASE("in root: our own walk gives the kernel's answer on random trees") {
  if (::geteuid() != 0) {
    BERTH_SKIP("needs root");
  }
  CHECK(InMountNamespace(CompareTrees) == "");
}

TEST_CASE("in root: the same is made with openat2 and without, on random trees") {
  if (::geteuid() != 0) {
    BERTH_SKIP("needs root");
  }
  CHECK(InMountNamespace(CompareMade) == "");
}

TEST_CASE("in root: where openat2 is missing or refused, hostile images are contained as well") {
  if (::geteuid() != 0) {
    BERTH_SKIP("needs root");
  }
  CHECK(RunWithout(ENOSYS, "hostile*,subpath*") == "");
  CHECK(RunWithout(EPERM, "hostile*") == "");
}

}  // namespace berth
