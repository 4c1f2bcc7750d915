// Thin wrappers of system calls that older C libraries lack (glibc 2.35 is the floor) or wrap awkwardly.
// They return -1 with errno as system calls do, and never retry; callers make Results.
//
// sys/mount.h is not to be included beside this: on some releases it redefines what linux/mount.h declares.
#pragma once

#include <linux/mount.h>
#include <sys/types.h>

#include <cstdint>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

inline constexpr int kUmountDetach = 2;  // MNT_DETACH

int SysMount(const char* source, const char* target, const char* type, unsigned long flags, const char* data);
int SysUmount(const char* target, int flags);
int SysPivotRoot(const char* new_root, const char* put_old);
int SysFsopen(const char* type);
int SysFsconfig(int fs_fd, unsigned command, const char* key, const void* value, int aux);
int SysFsmount(int fs_fd, unsigned attributes);
int SysOpenTree(int dir_fd, const char* path, unsigned flags);
int SysMoveMount(int mount_fd, int target_fd);                                    // onto the object behind `target_fd`
int SysMountSetattr(int mount_fd, unsigned flags, const mount_attr& attributes);  // of the mount behind `mount_fd`
int SysPidfdOpen(pid_t pid);
int SysCloseRange(unsigned first, unsigned last);
int SysJoinSessionKeyring(const char* name);                // serial; null: a new one without a name
int SysDescribeKey(int serial, char* buffer, size_t size);  // length with NUL
int SysCapset(uint64_t effective, uint64_t permitted, uint64_t inheritable);
int SysRaiseCapabilities();                 // all that are permitted become effective
uint64_t SysPermittedCapabilities();        // of the caller; none where the kernel doesn't tell
long SysGetcwd(char* buffer, size_t size);  // length with NUL; "(unreachable)/…" is told apart by its first byte

// A new process as clone3(2) makes it; returns twice, in the child with pid 0. `cgroup_fd` may be -1.
struct Cloned {
  pid_t pid = -1;
  bool in_cgroup = false;  // it was born in the cgroup behind `cgroup_fd`
};
// Where clone3 or CLONE_INTO_CGROUP is not to be had, the child is made without and `in_cgroup` says so to both sides.
// With CLONE_PARENT the exit signal is that of the caller; else SIGCHLD.
Result<Cloned> CloneProcess(uint64_t flags, int cgroup_fd);

}  // namespace berth
