#include "runtime/sysctl.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/procfs.h"
#include "runtime/namespaces.h"

namespace berth {

namespace {

constexpr std::array<std::string_view, 11> kIpcNames = {
    "kernel/msgmax",      "kernel/msgmnb",      "kernel/msgmni",     "kernel/sem",
    "kernel/shmall",      "kernel/shmmax",      "kernel/shmmni",     "kernel/shm_rmid_forced",
    "kernel/msg_next_id", "kernel/sem_next_id", "kernel/shm_next_id"};

// sysctl(8)'s rule: whichever of '.' and '/' comes first is the separator, the other one stands for itself.
std::string PathOf(std::string name) {
  const size_t first = name.find_first_of("./");
  if (first != std::string::npos && name[first] == '.') {
    for (char& c : name) {
      c = c == '.' ? '/' : (c == '/' ? '.' : c);
    }
  }
  return name;
}

// A name that climbs would begin in a namespace of the container and end in the host.
bool Climbs(const std::string& path) {
  const std::string framed = "/" + path + "/";
  return framed.find("/../") != std::string::npos || framed.find("/./") != std::string::npos;
}

// By its path, or because the spec names no such namespace at all. We are still in the host's.
bool IsOfHost(const RuntimeSpec& spec, NamespaceType type) {
  const Namespace* const ns = FindNamespace(spec, type);
  if (ns == nullptr || ns->path.empty()) {
    return ns == nullptr;
  }
  struct stat named{};
  struct stat own{};
  const std::string here = std::string("/proc/self/ns/") + NamespaceFile(type);
  return ::stat(ns->path.c_str(), &named) == 0 && ::stat(here.c_str(), &own) == 0 && named.st_dev == own.st_dev &&
         named.st_ino == own.st_ino;
}

}  // namespace

Result<NamespaceType> SysctlNamespace(const std::string& name) {
  const std::string path = PathOf(name);
  if (Climbs(path)) {
    return Fail(0, "sysctl", name + ": has a . or .. in its path");
  }
  if (path.starts_with("net/")) {
    return NamespaceType::kNetwork;
  }
  if (path.starts_with("fs/mqueue/") || std::ranges::find(kIpcNames, path) != kIpcNames.end()) {
    return NamespaceType::kIpc;
  }
  if (path == "kernel/domainname" || path == "kernel/hostname") {
    return NamespaceType::kUts;
  }
  return Fail(0, "sysctl", name + ": belongs to no namespace and would change the host");
}

Status CheckSysctls(const RuntimeSpec& spec, Progress& progress) {
  for (const auto& [name, value] : spec.sysctl) {
    progress.step = "sysctl " + name;
    BERTH_ASSIGN(const NamespaceType type, SysctlNamespace(name));
    if (IsOfHost(spec, type)) {
      return Fail(0, "sysctl", name + ": the container shares that namespace with the host");
    }
  }
  return {};
}

Status WriteSysctls(const RuntimeSpec& spec, Progress& progress) {
  for (const auto& [name, value] : spec.sysctl) {
    progress.step = "sysctl " + name;
    BERTH_TRY(WriteProcFile("sys/" + PathOf(name), value));
  }
  return {};
}

}  // namespace berth
