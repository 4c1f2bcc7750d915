// Random trees of directories, files and symlinks, random paths into them, and the kernel's answers to compare with.
#pragma once

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <iterator>
#include <random>
#include <string>

#include "base/resolve.h"
#include "base/unique_fd.h"

namespace berth {

// A procfs at "p" of a directory of trees.
inline bool MountProc(const std::string& dir) {
  return ::mkdir((dir + "/p").c_str(), 0755) == 0 && ::mount("proc", (dir + "/p").c_str(), "proc", 0, nullptr) == 0;
}

class RandomTree {
 public:
  // Draws a tree in the directory `dir`, over what is there already.
  RandomTree(uint64_t seed, const std::string& dir) : random_(seed) {
    for (int i = 0; i < 16; ++i) {
      const std::string path = dir + "/" + Names(3);
      switch (Below(5)) {
        case 0:
          UniqueFd(::open(path.c_str(), O_CREAT | O_EXCL | O_CLOEXEC | O_WRONLY, 0644));
          break;
        case 1:
        case 2:
          ::mkdir(path.c_str(), 0755);
          break;
        default:
          ::symlink(Path().c_str(), path.c_str());
      }
    }
  }

  std::string Path() {
    std::string path = Below(3) == 0 ? "/" : "";
    for (unsigned left = Below(5) + 1; left > 0; --left) {
      path += Part() + (left > 1 ? "/" : "");
    }
    const unsigned ending = Below(12);
    return path + (ending == 0 ? "/" : ending == 1 ? "/." : ending == 2 ? "//" : "");
  }

  int Flags() {
    constexpr int kFlags[] = {O_PATH,
                              O_PATH | O_DIRECTORY,
                              O_PATH | O_NOFOLLOW,
                              O_PATH | O_NOFOLLOW | O_DIRECTORY,
                              O_RDONLY | O_NONBLOCK,
                              O_RDONLY | O_DIRECTORY,
                              O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
                              O_RDONLY | O_NONBLOCK | O_NOFOLLOW,
                              O_WRONLY | O_NONBLOCK};
    return kFlags[Below(std::size(kFlags))];
  }

  uint64_t Restrictions() {
    constexpr uint64_t kRestrictions[] = {0, 0, RESOLVE_NO_SYMLINKS, RESOLVE_NO_XDEV,
                                          RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV};
    return kRestrictions[Below(std::size(kRestrictions))];
  }

  unsigned Below(size_t bound) { return static_cast<unsigned>(random_() % bound); }

 private:
  std::string Name() {
    constexpr const char* kNames[] = {"a", "b", "c", "d", "e"};
    return Below(40) == 0 ? std::string(255, 'n') : kNames[Below(std::size(kNames))];
  }

  std::string Names(unsigned most) {
    std::string path = Name();
    for (unsigned more = Below(most); more > 0; --more) {
      path += "/" + Name();
    }
    return path;
  }

  std::string Part() {
    constexpr const char* kProc[] = {
        "p",     "p/self",   "p/self/root",        "p/self/cwd",    "p/self/exe",  "p/self/fd", "p/self/fd/0",
        "p/net", "p/mounts", "p/thread-self/root", "p/self/ns/net", "p/self/task", "p/uptime",  "p/sys/net"};
    switch (Below(20)) {
      case 0:
      case 1:
      case 2:
        return "..";
      case 3:
        return ".";
      case 4:
        return "";
      case 5:
        return std::string(256, 'n');
      case 6:
        return kProc[Below(std::size(kProc))];
      default:
        return Name();
    }
  }

  std::mt19937_64 random_;
};

// What opening gave: an object, or an errno.
struct Answer {
  UniqueFd fd;
  int errnum = 0;

  static Answer Of(int fd) { return {.fd = UniqueFd(fd), .errnum = fd < 0 ? errno : 0}; }
  static Answer Of(Result<UniqueFd> opened) {
    return opened ? Answer{.fd = std::move(*opened), .errnum = 0} : Answer{.fd = {}, .errnum = opened.error().errnum};
  }
  [[nodiscard]] std::string Text() const {
    struct stat status{};
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0) {
      return "errno " + std::to_string(errnum);
    }
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) + " " + std::to_string(status.st_mode) +
           " flags " + std::to_string(::fcntl(fd.get(), F_GETFL) & (O_ACCMODE | O_PATH | O_NONBLOCK)) + " " +
           std::to_string(::fcntl(fd.get(), F_GETFD));
  }
};

inline Answer AnswerOfOpenat2(int root_fd, const std::string& path, int flags, uint64_t restrictions) {
  const open_how how{.flags = static_cast<uint64_t>(flags | O_CLOEXEC),
                     .mode = 0,
                     .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | restrictions};
  return Answer::Of(static_cast<int>(::syscall(SYS_openat2, root_fd, path.c_str(), &how, sizeof how)));
}

// Of a process whose root it really is; as root one comes back.
inline Answer AnswerOfChroot(int root_fd, const std::string& path, int flags) {
  const UniqueFd outside(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const UniqueFd here(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (::fchdir(root_fd) != 0 || ::chroot(".") != 0) {
    return {.fd = {}, .errnum = errno};
  }
  Answer answer = Answer::Of(::open(path.c_str(), flags | O_CLOEXEC));
  return ::fchdir(outside.get()) == 0 && ::chroot(".") == 0 && ::fchdir(here.get()) == 0
             ? std::move(answer)
             : Answer{.fd = {}, .errnum = -1};
}

// How our own walk's answer differs from the kernel's; empty: it does not.
inline std::string DifferenceOfWalk(int root_fd, RandomTree& tree) {
  const std::string path = tree.Path();
  const int flags = tree.Flags();
  const uint64_t restrictions = tree.Restrictions();
  const Answer walked = Answer::Of(WalkBeneath(root_fd, path, flags, restrictions));
  const Answer kernel = AnswerOfOpenat2(root_fd, path, flags, restrictions);
  std::string told = walked.Text() == kernel.Text() ? "" : ", openat2: " + kernel.Text();
  if (restrictions == 0 && walked.errnum != ELOOP) {
    const Answer chrooted = AnswerOfChroot(root_fd, path, flags);
    told += walked.Text() == chrooted.Text() ? "" : ", chroot: " + chrooted.Text();
  }
  return told.empty() ? told
                      : path + " flags " + std::to_string(flags) + " restrictions " + std::to_string(restrictions) +
                            ": walk: " + walked.Text() + told;
}

}  // namespace berth
