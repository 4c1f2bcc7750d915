// Somebody who shares a directory with a container that is being set up, and who swaps what set-up is about to use for a
// symlink out of it, thousands of times. Each attack is tried on a set-up by path strings as well: there it succeeds.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include "base/file.h"
#include "base/procfs.h"
#include "runtime/devices.h"
#include "runtime/in_root.h"
#include "runtime/masks.h"
#include "runtime/mounts.h"
#include "runtime/terminal.h"
#include "support/attacker.h"
#include "support/mount_namespace.h"
#include "support/skip.h"

namespace berth {

namespace {

constexpr unsigned kTries = 3000;      // of ours, and of the attacker's meanwhile
constexpr unsigned kMost = 3'000'000;  // until the naive one is hit, which takes a few

// The container's root, what is outside of it, and in the root /swapped, which is a directory or a symlink to outside.
struct Scene {
  explicit Scene(const std::string& dir) : root(dir + "/root"), outside(dir + "/outside") {
    for (const std::string& made : {root, outside, root + "/swapped", root + "/dev"}) {
      ::mkdir(made.c_str(), 0755);
    }
    for (const std::string& made : {outside + "/secret", root + "/swapped/secret"}) {
      UniqueFd(::open(made.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    }
    // Relative and absolute, since an absolute one could not lead out by accident.
    ::symlink("../outside", (root + "/link").c_str());
    root_fd = *OpenAt(AT_FDCWD, root, O_PATH | O_DIRECTORY);
  }

  // What happened to the outside; empty: nothing.
  [[nodiscard]] std::string Damage() const {
    std::string told;
    for (const auto& entry : std::filesystem::directory_iterator(outside)) {
      const std::string name = entry.path().filename().string();
      told += name == "secret" || name == "pts" ? "" : "outside has " + name + "; ";
    }
    const std::string mounts = ReadFileAt(AT_FDCWD, "/proc/self/mountinfo").value_or("");
    for (const char* name : {"/secret ", "/x ", "/swapped "}) {
      told += mounts.find(outside + name) == std::string::npos ? "" : "a mount is outside; ";
    }
    return told;
  }

  std::string root;
  std::string outside;
  UniqueFd root_fd;
};

// One try of a set-up. It may fail; it must not do damage.
using Try = std::function<void(const Scene& scene, unsigned number)>;

// Whether there is something left to try. `until_damage`: there is, until the attack has succeeded once.
bool GoesOn(const Attacker& attacker, unsigned tries, bool until_damage) {
  const unsigned done = attacker.done();
  return until_damage ? tries < kMost : tries < kTries || done < kTries;
}

// Tries while the attacker swaps; the damage at the end. `until_damage`: it ends with the first.
std::string UnderSwaps(const std::string& dir, const std::string& swapped, const std::string& link, bool until_damage,
                       const Try& attempt) {
  const Scene scene(dir);
  const Attacker attacker([&] { Exchange(scene.root + swapped, scene.root + link); });
  for (unsigned i = 0; GoesOn(attacker, i, until_damage); ++i) {
    attempt(scene, i);
    if (std::string damage = until_damage ? scene.Damage() : ""; !damage.empty()) {
      return damage;
    }
  }
  return scene.Damage();
}

// No damage by ours, some by the naive one.
void CheckRace(const std::string& swapped, const std::string& link, const Try& ours, const Try& naive) {
  if (::geteuid() != 0) {
    BERTH_SKIP("needs root");
  }
  CHECK(InMountNamespace([&](const std::string& dir) { return UnderSwaps(dir, swapped, link, false, ours); }) == "");
  CHECK(InMountNamespace([&](const std::string& dir) { return UnderSwaps(dir, swapped, link, true, naive); }) != "");
}

const Mount kTmpfs{.destination = "/swapped/x", .type = "tmpfs", .source = "tmpfs", .options = {"size=4k"}};

}  // namespace

TEST_CASE("race: a mount's target") {
  CheckRace(
      "/swapped", "/link", [](const Scene& scene, unsigned) { (void)MountInRoot(scene.root_fd.get(), kTmpfs); },
      [](const Scene& scene, unsigned) {
        const std::string target = scene.root + kTmpfs.destination;
        ::mkdir(target.c_str(), 0755);
        ::mount("tmpfs", target.c_str(), "tmpfs", 0, "size=4k");
      });
}

TEST_CASE("race: directories and files that are made for mounts") {
  CheckRace(
      "/swapped", "/link",
      [](const Scene& scene, unsigned number) {
        const std::string name = "/swapped/" + std::to_string(number);
        (void)MakeDirsInRoot(scene.root_fd.get(), name + "/a/b", 0755);
        (void)MakeFileInRoot(scene.root_fd.get(), name + "/f", 0644);
      },
      [](const Scene& scene, unsigned number) {
        ::mkdir((scene.root + "/swapped/" + std::to_string(number)).c_str(), 0755);
      });
}

TEST_CASE("race: a masked path") {
  CheckRace(
      "/swapped", "/link",
      [](const Scene& scene, unsigned) {
        Progress progress;
        (void)MaskPaths(scene.root_fd.get(), {"/swapped/secret"}, progress);
      },
      [](const Scene& scene, unsigned) {
        ::mount("/dev/null", (scene.root + "/swapped/secret").c_str(), nullptr, MS_BIND, nullptr);
      });
}

TEST_CASE("race: a protected path") {
  CheckRace(
      "/swapped", "/link",
      [](const Scene& scene, unsigned) {
        Progress progress;
        (void)ProtectPaths(scene.root_fd.get(), {"/swapped/secret"}, progress);
      },
      [](const Scene& scene, unsigned) {
        const std::string path = scene.root + "/swapped/secret";
        ::mount(path.c_str(), path.c_str(), nullptr, MS_BIND, nullptr);
      });
}

TEST_CASE("race: device nodes in a /dev that is swapped") {
  CheckRace(
      "/dev", "/link",
      [](const Scene& scene, unsigned number) {
        RuntimeSpec spec;
        spec.devices.push_back({.path = "/dev/n" + std::to_string(number), .major = 1, .minor = 3});
        Progress progress;
        (void)MakeDevices(scene.root_fd.get(), spec, {}, progress);
      },
      [](const Scene& scene, unsigned) {
        ::mknod((scene.root + "/dev/zero").c_str(), S_IFCHR | 0666, ::makedev(1, 5));
      });
}

TEST_CASE("race: the console") {
  CheckRace(
      "/dev", "/link",
      [](const Scene& scene, unsigned) {
        const UniqueFd pty(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
        (void)BindConsole(scene.root_fd.get(), pty.get());
      },
      [](const Scene& scene, unsigned) {
        const std::string console = scene.root + "/dev/console";
        UniqueFd(::open(console.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        ::mount("/dev/null", console.c_str(), nullptr, MS_BIND, nullptr);
      });
}

TEST_CASE("race: /dev/null is never what the container has for it") {
  if (::geteuid() != 0) {
    BERTH_SKIP("needs root");
  }
  // What the masked file shows: the null device, or what the attacker put in its place.
  const auto masked = [](const std::string& dir, bool naive, const std::function<void(const Scene& scene)>& mask) {
    const Scene scene(dir);
    const std::string null = scene.root + "/dev/null";
    ::mknod(null.c_str(), S_IFCHR | 0666, ::makedev(1, 3));
    ::mknod((scene.root + "/mem").c_str(), S_IFCHR | 0666, ::makedev(1, 1));
    const Attacker attacker([&] { Exchange(null, scene.root + "/mem"); });
    for (unsigned i = 0; GoesOn(attacker, i, naive); ++i) {
      mask(scene);
      struct stat status{};
      const std::string path = scene.root + "/swapped/secret";
      if (::stat(path.c_str(), &status) != 0 || !S_ISCHR(status.st_mode) || status.st_rdev != ::makedev(1, 3)) {
        return std::string("another file");
      }
      // Else the next one is mounted on its root, which is the file at /dev/null: nobody can rename a mount point.
      ::umount2(path.c_str(), MNT_DETACH);
    }
    return std::string();
  };
  CHECK(InMountNamespace([&](const std::string& dir) {
          return masked(dir, false, [](const Scene& scene) {
            Progress progress;
            (void)MaskPaths(scene.root_fd.get(), {"/swapped/secret"}, progress);
          });
        }) == "");
  CHECK(InMountNamespace([&](const std::string& dir) {
          return masked(dir, true, [](const Scene& scene) {
            ::mount((scene.root + "/dev/null").c_str(), (scene.root + "/swapped/secret").c_str(), nullptr, MS_BIND,
                    nullptr);
          });
        }) != "");
}

TEST_CASE("race: a terminal is never of a devpts outside") {
  if (::geteuid() != 0) {
    BERTH_SKIP("needs root");
  }
  const auto device_of = [](int fd) {
    struct stat status{};
    return ::fstat(fd, &status) == 0 ? status.st_dev : 0;
  };
  // Whether a terminal came from outside while /pts was swapped for a link to a devpts there.
  const auto opened = [&](const std::string& dir, bool naive, const std::function<UniqueFd(const Scene& scene)>& open) {
    const Scene scene(dir);
    const std::string outer = scene.outside + "/pts";
    for (const std::string& pts : {outer, scene.root + "/dev/pts"}) {
      ::mkdir(pts.c_str(), 0755);
    }
    ::mount("devpts", outer.c_str(), "devpts", 0, "newinstance,ptmxmode=0666");
    ::symlink("../../outside/pts", (scene.root + "/dev/link").c_str());
    const auto pts = OpenAt(AT_FDCWD, outer, O_PATH);
    const Attacker attacker([&] { Exchange(scene.root + "/dev/pts", scene.root + "/dev/link"); });
    for (unsigned i = 0; GoesOn(attacker, i, naive); ++i) {
      const UniqueFd terminal = open(scene);
      if (terminal.valid() && device_of(terminal.get()) == device_of(pts->get())) {
        return std::string("a terminal of the outer devpts");
      }
    }
    return std::string();
  };
  CHECK(InMountNamespace([&](const std::string& dir) {
          return opened(dir, false, [](const Scene& scene) {
            auto terminal = OpenTerminal(scene.root_fd.get(), Process{});
            return terminal ? std::move(terminal->slave) : UniqueFd();
          });
        }) == "");
  CHECK(InMountNamespace([&](const std::string& dir) {
          return opened(dir, true, [](const Scene& scene) {
            return UniqueFd(::open((scene.root + "/dev/pts/ptmx").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
          });
        }) != "");
}

TEST_CASE("race: what is written to /proc lands there, whatever is mounted over it meanwhile") {
  if (::geteuid() != 0) {
    BERTH_SKIP("needs root");
  }
  // What a file outside got, which is mounted over a file of procfs and unmounted again all the time.
  const auto written = [](const std::string& dir, bool naive, const std::function<void()>& write) {
    const std::string trap = dir + "/trap";
    UniqueFd(::open(trap.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
    const std::string target = "/proc/" + std::to_string(::getpid()) + "/oom_score_adj";
    const Attacker attacker([&] {
      ::mount(trap.c_str(), target.c_str(), nullptr, MS_BIND, nullptr);
      ::umount2(target.c_str(), MNT_DETACH);
    });
    std::string got;
    for (unsigned i = 0; GoesOn(attacker, i, naive) && got.empty(); ++i) {
      write();
      got = ReadFileAt(AT_FDCWD, trap).value_or("unread");
    }
    return got;
  };
  CHECK(InMountNamespace([&](const std::string& dir) {
          return written(dir, false, [] { (void)WriteProcFile("self/oom_score_adj", "77"); });
        }) == "");
  CHECK(InMountNamespace([&](const std::string& dir) {
          return written(dir, true, [] { (void)WriteControlAt(AT_FDCWD, "/proc/self/oom_score_adj", "77"); });
        }) == "77");
}

}  // namespace berth
