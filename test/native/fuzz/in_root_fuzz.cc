// Our own resolution of paths against the kernel's, on trees that the input seeds: 256 paths each, so that minutes compare
// a million. Needs root.
#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/file.h"
#include "support/random_tree.h"

namespace {

// Seen by this process alone, so that nothing is left behind however it ends.
std::string EnterOnce() {
  std::string dir = "/mnt";
  if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_PRIVATE | MS_REC, nullptr) != 0 ||
      ::mount("tmpfs", dir.c_str(), "tmpfs", 0, nullptr) != 0 || !berth::MountProc(dir)) {
    std::perror("in_root_fuzz: a mount namespace");
    std::exit(77);
  }
  return dir;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string dir = EnterOnce();
  uint64_t seed = size;
  std::memcpy(&seed, data, std::min(size, sizeof seed));
  const auto root = berth::OpenAt(AT_FDCWD, dir, O_PATH | O_DIRECTORY);
  berth::RandomTree tree(seed, dir);
  for (int i = 0; i < 256; ++i) {
    if (const std::string difference = berth::DifferenceOfWalk(root->get(), tree); !difference.empty()) {
      std::fprintf(stderr, "seed %lu: %s\n", seed, difference.c_str());
      std::abort();
    }
  }
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    (void)berth::RemoveTreeAt(root->get(), name);
  }
  return 0;
}
