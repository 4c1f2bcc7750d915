#include "runtime/syscalls.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace berth {

namespace {

int Int(long result) { return static_cast<int>(result); }

bool IsUnsupported(int errnum) { return errnum == ENOSYS || errnum == EINVAL || errnum == EOPNOTSUPP; }

}  // namespace

int SysMount(const char* source, const char* target, const char* type, unsigned long flags, const char* data) {
  return Int(::syscall(SYS_mount, source, target, type, flags, data));
}

int SysUmount(const char* target, int flags) { return Int(::syscall(SYS_umount2, target, flags)); }

int SysPivotRoot(const char* new_root, const char* put_old) {
  return Int(::syscall(SYS_pivot_root, new_root, put_old));
}

int SysFsopen(const char* type) { return Int(::syscall(SYS_fsopen, type, FSOPEN_CLOEXEC)); }

int SysFsconfig(int fs_fd, unsigned command, const char* key, const void* value, int aux) {
  return Int(::syscall(SYS_fsconfig, fs_fd, command, key, value, aux));
}

int SysFsmount(int fs_fd, unsigned attributes) {
  return Int(::syscall(SYS_fsmount, fs_fd, FSMOUNT_CLOEXEC, attributes));
}

int SysOpenTree(int dir_fd, const char* path, unsigned flags) {
  return Int(::syscall(SYS_open_tree, dir_fd, path, flags | OPEN_TREE_CLOEXEC));
}

int SysMoveMount(int mount_fd, int target_fd) {
  return Int(::syscall(SYS_move_mount, mount_fd, "", target_fd, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
}

int SysMountSetattr(int mount_fd, unsigned flags, const mount_attr& attributes) {
  return Int(::syscall(SYS_mount_setattr, mount_fd, "", flags | AT_EMPTY_PATH, &attributes, sizeof attributes));
}

int SysPidfdOpen(pid_t pid) { return Int(::syscall(SYS_pidfd_open, pid, 0)); }

int SysCloseRange(unsigned first, unsigned last) { return Int(::syscall(SYS_close_range, first, last, 0)); }

int SysJoinSessionKeyring(const char* name) { return Int(::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name)); }

int SysDescribeKey(int serial, char* buffer, size_t size) {
  return Int(::syscall(SYS_keyctl, KEYCTL_DESCRIBE, serial, buffer, size));
}

int SysCapset(uint64_t effective, uint64_t permitted, uint64_t inheritable) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  for (unsigned word = 0; word < _LINUX_CAPABILITY_U32S_3; ++word) {
    sets[word].effective = static_cast<uint32_t>(effective >> (32U * word));
    sets[word].permitted = static_cast<uint32_t>(permitted >> (32U * word));
    sets[word].inheritable = static_cast<uint32_t>(inheritable >> (32U * word));
  }
  return Int(::syscall(SYS_capset, &header, sets));
}

int SysRaiseCapabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, sets) != 0) {
    return -1;
  }
  for (auto& set : sets) {
    set.effective = set.permitted;
  }
  return Int(::syscall(SYS_capset, &header, sets));
}

uint64_t SysPermittedCapabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, sets) != 0) {
    return 0;
  }
  return sets[0].permitted | static_cast<uint64_t>(sets[1].permitted) << 32U;
}

long SysGetcwd(char* buffer, size_t size) { return ::syscall(SYS_getcwd, buffer, size); }

Result<Cloned> CloneProcess(uint64_t flags, int cgroup_fd) {
  clone_args args{};
  args.flags = flags;
  // The kernel refuses an exit signal beside CLONE_PARENT.
  args.exit_signal = (flags & CLONE_PARENT) != 0 ? 0 : SIGCHLD;
  if (cgroup_fd >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<uint64_t>(cgroup_fd);
    const long pid = ::syscall(SYS_clone3, &args, sizeof args);
    if (pid >= 0) {
      return Cloned{.pid = static_cast<pid_t>(pid), .in_cgroup = true};
    }
    if (!IsUnsupported(errno)) {
      return Errno("clone3", "into the cgroup");
    }
  }
  // The plain call: it exists where a seccomp filter answers ENOSYS to clone3. All pointers are null, so that the
  // order of its arguments, which differs between architectures, does not matter.
  const long pid = ::syscall(SYS_clone, flags | args.exit_signal, nullptr, nullptr, nullptr, nullptr);
  if (pid < 0) {
    return Errno("clone", "container process");
  }
  return Cloned{.pid = static_cast<pid_t>(pid), .in_cgroup = false};
}

}  // namespace berth
