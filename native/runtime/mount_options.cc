#include "runtime/mount_options.h"

#include <linux/mount.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace berth {

namespace {

struct Attribute {
  std::string_view name;
  uint64_t set;
  uint64_t clear;
};

// Each also exists with an "r" in front for the whole tree of mounts.
constexpr Attribute kAttributes[] = {
    {"ro", MOUNT_ATTR_RDONLY, 0},
    {"rw", 0, MOUNT_ATTR_RDONLY},
    {"nosuid", MOUNT_ATTR_NOSUID, 0},
    {"suid", 0, MOUNT_ATTR_NOSUID},
    {"nodev", MOUNT_ATTR_NODEV, 0},
    {"dev", 0, MOUNT_ATTR_NODEV},
    {"noexec", MOUNT_ATTR_NOEXEC, 0},
    {"exec", 0, MOUNT_ATTR_NOEXEC},
    {"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0},
    {"symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW},
    {"nodiratime", MOUNT_ATTR_NODIRATIME, 0},
    {"diratime", 0, MOUNT_ATTR_NODIRATIME},
    {"relatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
    {"noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
    {"atime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
    {"norelatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
    {"strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
    {"nostrictatime", MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
};

constexpr std::pair<std::string_view, uint64_t> kPropagations[] = {
    {"private", MS_PRIVATE},
    {"slave", MS_SLAVE},
    {"shared", MS_SHARED},
    {"unbindable", MS_UNBINDABLE},
};

// They change what the mount shows or who owns it: never passed over.
constexpr std::string_view kRefused[] = {"copy-symlink"};

// What mount(8) has, and a mount is without being asked: messages of the kernel come to us and not into its log, and no
// filesystem counts inode versions but those that do so by an option of their own.
constexpr std::string_view kNothing[] = {"defaults", "silent", "loud", "noiversion"};

// Of a filesystem: the kernel keeps them for all of its mounts, and knows all but iversion itself. Those of the second list
// are what it does anyway.
constexpr std::string_view kFilesystemFlags[] = {"sync", "dirsync", "lazytime", "mand", "iversion"};
constexpr std::string_view kFilesystemDefaults[] = {"async", "nolazytime", "nomand"};

template <size_t kSize>
bool IsOneOf(std::string_view option, const std::string_view (&list)[kSize]) {
  return std::ranges::find(list, option) != std::end(list);
}

void Apply(const Attribute& attribute, uint64_t& set, uint64_t& clear) {
  const uint64_t touched = attribute.set | attribute.clear;
  set = (set & ~touched) | attribute.set;
  // Replacing an access time mode means clearing the old one as well.
  clear = (clear & ~attribute.set) | attribute.clear;
}

bool ReadAttribute(std::string_view option, MountOptions& options) {
  for (const Attribute& attribute : kAttributes) {
    if (option == attribute.name) {
      Apply(attribute, options.set, options.clear);
      return true;
    }
    if (option.starts_with('r') && option.substr(1) == attribute.name) {
      Apply(attribute, options.recursive_set, options.recursive_clear);
      return true;
    }
  }
  return false;
}

bool ReadPropagation(std::string_view option, MountOptions& options) {
  for (const auto& [name, flag] : kPropagations) {
    const bool recursive = option.starts_with('r') && option.substr(1) == name;
    if (option == name || recursive) {
      options.propagation = flag;
      options.recursive_propagation = recursive;
      return true;
    }
  }
  return false;
}

bool ReadBind(std::string_view option, MountOptions& options) {
  if (option != "bind" && option != "rbind") {
    return false;
  }
  options.bind = true;
  options.recursive_bind = options.recursive_bind || option == "rbind";
  return true;
}

bool ReadIdmap(std::string_view option, MountOptions& options) {
  if (option != "idmap" && option != "ridmap") {
    return false;
  }
  options.idmap = true;
  options.recursive_idmap = option == "ridmap";
  return true;
}

bool ReadOurWork(std::string_view option, MountOptions& options) {
  options.copy_up = options.copy_up || option == "tmpcopyup";
  options.remount = options.remount || option == "remount";
  return option == "tmpcopyup" || option == "remount";
}

Status CheckTogether(const Mount& mount, const MountOptions& options) {
  if (options.copy_up && (mount.type != "tmpfs" || options.bind || options.remount)) {
    return Fail(0, "mount options", "tmpcopyup: means nothing but to a new tmpfs");
  }
  if ((!options.bind && !options.remount) || options.data.empty()) {
    return {};
  }
  const std::string& name = options.data.front().first;
  if (options.remount) {
    return Fail(0, "mount options", name + ": a remount changes no filesystem, which others may use");
  }
  return Fail(0, "mount options",
              name + (IsOneOf(name, kFilesystemFlags) ? ": is of the filesystem, which a bind mount does not change"
                                                      : ": means nothing to a bind mount"));
}

// Our own options, which no kernel knows.
Result<bool> ReadOwn(std::string_view option, MountOptions& options) {
  constexpr std::string_view kSubpath = "x-berth.subpath=";
  constexpr std::string_view kVolume = "x-berth.volume=";
  if (option.starts_with(kVolume)) {
    options.volume = option.substr(kVolume.size());
    return true;
  }
  if (!option.starts_with(kSubpath)) {
    return false;
  }
  options.subpath = option.substr(kSubpath.size());
  if (options.subpath.empty() || options.subpath.starts_with('/')) {
    return Fail(0, "mount options", std::string(option) + ": expected a path inside the volume");
  }
  return true;
}

}  // namespace

bool IsFilesystemFlag(std::string_view option) {
  return IsOneOf(option, kFilesystemDefaults) || (IsOneOf(option, kFilesystemFlags) && option != "iversion");
}

Result<MountOptions> ParseMountOptions(const Mount& mount) {
  MountOptions options;
  options.bind = mount.type == "bind";
  options.idmap = !mount.ids.uids.empty();
  for (const std::string& option : mount.options) {
    if (IsOneOf(option, kRefused)) {
      return Fail(0, "mount options", option + ": is not supported");
    }
    BERTH_ASSIGN(const bool own, ReadOwn(option, options));
    if (own || IsOneOf(option, kNothing) || ReadBind(option, options) || ReadOurWork(option, options) ||
        ReadAttribute(option, options) || ReadPropagation(option, options) || ReadIdmap(option, options)) {
      continue;
    }
    const size_t equals = option.find('=');
    options.data.emplace_back(option.substr(0, equals),
                              equals == std::string::npos ? std::string() : option.substr(equals + 1));
  }
  if (options.bind || options.remount) {
    // Last wins, and the last of them may be what holds anyway.
    std::erase_if(options.data, [](const auto& option) { return IsOneOf(option.first, kFilesystemDefaults); });
  }
  BERTH_TRY(CheckTogether(mount, options));
  return options;
}

}  // namespace berth
