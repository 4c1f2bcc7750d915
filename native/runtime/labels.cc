#include "runtime/labels.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/resolve.h"

namespace berth {

namespace {

bool HasAppArmor() {
  const auto enabled = ReadFileAt(AT_FDCWD, "/sys/module/apparmor/parameters/enabled", 16);
  return enabled && enabled->starts_with('Y');
}

bool HasSelinux() {
  struct statfs filesystem{};
  return ::statfs("/sys/fs/selinux", &filesystem) == 0 && filesystem.f_type == SELINUX_MAGIC;
}

bool IsOnProcfs(int fd) {
  struct statfs filesystem{};
  return ::fstatfs(fd, &filesystem) == 0 && filesystem.f_type == PROC_SUPER_MAGIC;
}

// "thread-self" is a symlink within procfs; nothing else may lead elsewhere, a mount over the file least of all.
Result<UniqueFd> OpenAttribute(int proc_fd, const std::string& name) {
  const std::string path = "thread-self/attr/" + name;
  return OpenBeneath(proc_fd, path, O_WRONLY, RESOLVE_NO_XDEV);
}

}  // namespace

Result<UniqueFd> PrepareLabels(const RuntimeSpec& spec, const Process& process) {
  if (!process.apparmor_profile.empty() && !HasAppArmor()) {
    return Fail(0, "", "/process/apparmorProfile: this host has no AppArmor");
  }
  if (!process.selinux_label.empty() && !HasSelinux()) {
    return Fail(0, "", "/process/selinuxLabel: this host has no SELinux");
  }
  if (!spec.mount_label.empty() && !HasSelinux()) {
    return Fail(0, "", "/linux/mountLabel: this host has no SELinux");
  }
  if (process.apparmor_profile.empty() && process.selinux_label.empty()) {
    return UniqueFd();
  }
  return OpenAt(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY);
}

Status LabelNextExec(int proc_fd, const Process& process) {
  if (!process.apparmor_profile.empty()) {
    BERTH_TRY(WriteAttribute(proc_fd, "apparmor/exec", "exec", "exec " + process.apparmor_profile));
  }
  if (!process.selinux_label.empty()) {
    BERTH_TRY(WriteAttribute(proc_fd, "exec", {}, process.selinux_label));
  }
  return {};
}

Status WriteAttribute(int proc_fd, const std::string& name, const std::string& fallback, const std::string& value) {
  auto attribute = OpenAttribute(proc_fd, name);
  if (!attribute && attribute.error().errnum == ENOENT && !fallback.empty()) {
    attribute = OpenAttribute(proc_fd, fallback);
  }
  if (!attribute) {
    return std::unexpected(attribute.error());
  }
  if (!IsOnProcfs(attribute->get())) {
    return Fail(0, "fstatfs", "attr/" + name + ": does not lie on procfs");
  }
  return WriteControl(attribute->get(), value, ("attr/" + name).c_str());
}

}  // namespace berth
