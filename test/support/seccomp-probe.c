// Makes system calls that a profile may refuse, each in a child of its own, and prints `NAME FIRST-ARGUMENT ERRNO`; a
// signal is printed as -SIGNAL. Arguments are such that a kernel without a filter refuses them for another reason, or that
// nothing comes of them.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define BAD (-1L) // neither a descriptor nor an address
#define CALLS(X)                                                                                                       \
  X(acct, 163, 1) X(add_key, 248, 1, 1) X(bpf, 321, 999) X(chroot, 161, 1) X(clock_settime, 227, 9999, 1)              \
  X(clone, 56, 0x20200) X(clone3, 435, 0, 0) X(create_module, 174, 0) X(delete_module, 176, 1)                         \
  X(fanotify_init, 300, BAD, BAD) X(finit_module, 313, BAD) X(fsconfig, 431, BAD) X(fsmount, 432, BAD)                 \
  X(fsopen, 430, 1, BAD) X(fspick, 433, BAD, 1, BAD) X(get_mempolicy, 239, 0, 0, 0, 0, 99) X(init_module, 175, 1)      \
  X(io_uring_enter, 426, BAD) X(io_uring_register, 427, BAD, BAD) X(io_uring_setup, 425, 0) X(ioperm, 173, BAD)        \
  X(iopl, 172, 99) X(kcmp, 312, 0, 0, 99) X(kexec_file_load, 320, BAD, BAD, BAD) X(kexec_load, 246, 0, 99, 0, BAD)     \
  X(keyctl, 250, 9999) X(lookup_dcookie, 212, 0, 1) X(mbind, 237, 1, 1, 99) X(migrate_pages, 256, BAD, BAD)            \
  X(mount, 165, 1, 1, 1) X(mount_setattr, 442, BAD, 1, BAD) X(move_mount, 429, BAD, 1, BAD, 1, BAD)                    \
  X(move_pages, 279, BAD, 1, 1, 1, 1, BAD) X(nfsservctl, 180, 0) X(open_by_handle_at, 304, BAD, 1)                     \
  X(open_tree, 428, BAD, 1, BAD) X(perf_event_open, 298, 1) X(personality, 135, 0x40000) X(pidfd_getfd, 438, BAD)      \
  X(pivot_root, 155, 1, 1) X(process_madvise, 440, BAD) X(quotactl, 179, BAD, 1) X(quotactl_fd, 443, BAD)              \
  X(reboot, 169, 1) X(request_key, 249, 1, 1) X(set_mempolicy, 238, 99) X(set_mempolicy_home_node, 450, 1, 1, 99, 99)  \
  X(setdomainname, 171, 1, 9999) X(sethostname, 170, 1, 9999) X(setns, 308, BAD) X(settimeofday, 164, 1)               \
  X(socket, 41, 12, 2) X(socket, 41, 37, 2) X(socket, 41, 38, 5) X(socket, 41, 40, 1) X(swapoff, 168, 1)               \
  X(swapon, 167, 1) X(sysfs, 139, 99) X(syslog, 103, 99) X(umount2, 166, 1) X(unshare, 272, 0x10)                      \
  X(uselib, 134, 1) X(userfaultfd, 323, 0xff00) X(ustat, 136, BAD, 1) X(vserver, 236, 0)                               \
  X(adjtimex, 159, 1) X(cachestat, 451, BAD) X(capget, 125, 1) X(close_range, 436, 9, 8) X(copy_file_range, 326, BAD)  \
  X(epoll_create1, 291, BAD) X(fchmodat2, 452, BAD, 1) X(flock, 73, BAD) X(futex_waitv, 449, 0, 0, 1)                  \
  X(getpid, 39, 0) X(getrandom, 318, 1, 1) X(io_setup, 206, 0, 0) X(landlock_create_ruleset, 444, 0, 0, 99)            \
  X(memfd_create, 319, 1) X(mseal, 462, 1) X(name_to_handle_at, 303, BAD, 1) X(personality, 135, 0xffffffff)           \
  X(pidfd_open, 434, BAD) X(process_vm_readv, 310, BAD, 0, 0, 0, 0, 1) X(ptrace, 101, 99, BAD) X(read, 0, BAD)         \
  X(rseq, 334, 1, 1) X(sched_setattr, 314, 0, 0) X(seccomp, 317, 99) X(socket, 41, 1, 1) X(socket, 41, 16, 3)          \
  X(socket, 41, 2, 1) X(statx, 332, BAD, 1) X(vmsplice, 278, BAD)

struct call {
  const char *name;
  long number, args[6];
};
#define ROW(name, ...) {#name, ROW_(__VA_ARGS__, 0, 0, 0, 0, 0, 0)},
#define ROW_(number, a, b, c, d, e, f, ...) number, {a, b, c, d, e, f}
static const struct call calls[] = {CALLS(ROW)};

// A call of 32-bit programs, as a 64-bit one may make it.
static long call32(long number, long first) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(1L), "d"(0L) : "memory");
  return (int)result;
}

static int errno_of(long result) { return result == -1 ? errno : 0; }

// `body` gives the errno.
#define IN_CHILD(label, first, body)                                                                                   \
  do {                                                                                                                 \
    fflush(stdout);                                                                                                    \
    int status = 0;                                                                                                    \
    const pid_t pid = fork();                                                                                          \
    if (pid == 0) _exit(body);                                                                                         \
    waitpid(pid, &status, 0);                                                                                          \
    printf("%s %lu %d\n", label, (unsigned long)(first), WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status)); \
  } while (0)

int main(void) {
  for (size_t i = 0; i < sizeof calls / sizeof calls[0]; ++i) {
    const struct call *c = &calls[i];
    const long *a = c->args;
    IN_CHILD(c->name, a[0], errno_of(syscall(c->number, a[0], a[1], a[2], a[3], a[4], a[5])));
  }
  IN_CHILD("clone", SIGCHLD, errno_of(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)));
  IN_CHILD("clone", 0x10000000 | SIGCHLD, errno_of(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)));
  IN_CHILD("x86:getpid", 0, call32(20, 0) < 0);
  IN_CHILD("x86:keyctl", 9999, -call32(288, 9999));
  IN_CHILD("x86:socket", 38, -call32(359, 38));
  IN_CHILD("x86:socket", 1, call32(359, 1) < 0);
  IN_CHILD("x32:keyctl", 9999, errno_of(syscall(0x40000000 | 250, 9999)));
  IN_CHILD("none:400", 0, errno_of(syscall(400)));
  IN_CHILD("none:999", 0, errno_of(syscall(999)));
  return 0;
}
