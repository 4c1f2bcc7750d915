/**
 * System calls by what they are for. What isn't here is refused: what acts on the whole host (modules, swap, clocks, kexec),
 * what has no namespace of its own (keyrings), and large parts of the kernel that containers rarely need and attackers like
 * (io_uring, userfaultfd, bpf, new mounts). The names are of all machines that we run on; a machine passes over those of
 * others.
 */

/** Allowed to every container. */
export const harmless: readonly string[] = calls(
  // processes and threads
  `execve execveat exit exit_group fork vfork wait4 waitid waitpid getpid getppid gettid getpgid getpgrp setpgid getsid
  setsid set_tid_address set_robust_list get_robust_list rseq restart_syscall prctl seccomp pidfd_open pidfd_send_signal
  process_mrelease ptrace process_vm_readv process_vm_writev set_thread_area get_thread_area uretprobe times getrusage
  uname sysinfo umask getcpu`,
  // landlock: a program that gives up rights
  'landlock_create_ruleset landlock_add_rule landlock_restrict_self',
  // identity; capabilities bound what they can become
  `getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32
  getgroups getgroups32 setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32
  setresgid setresgid32 setgroups setgroups32 setfsuid setfsuid32 setfsgid setfsgid32 capget capset`,
  // signals
  `kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigpending rt_sigqueueinfo rt_tgsigqueueinfo rt_sigreturn
  rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 sigaltstack sigprocmask sigreturn signalfd signalfd4 pause`,
  // scheduling and limits
  `sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam sched_getscheduler
  sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64
  sched_yield getpriority setpriority ioprio_get ioprio_set getrlimit ugetrlimit setrlimit prlimit64 membarrier`,
  // memory
  `brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 mlockall munlock munlockall mseal
  remap_file_pages memfd_create memfd_secret pkey_alloc pkey_free pkey_mprotect map_shadow_stack`,
  // clocks and timers; adjtimex reads without CAP_SYS_TIME
  `time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 clock_nanosleep
  clock_nanosleep_time64 nanosleep adjtimex clock_adjtime clock_adjtime64 alarm getitimer setitimer timer_create
  timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create
  timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64`,
  // futexes
  'futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue',
  // descriptors
  `open openat openat2 creat close close_range dup dup2 dup3 fcntl fcntl64 ioctl flock pipe pipe2 eventfd eventfd2
  name_to_handle_at`,
  // reading and writing
  `read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek _llseek readahead fadvise64
  fadvise64_64 sendfile sendfile64 copy_file_range splice tee vmsplice fsync fdatasync sync syncfs sync_file_range
  fallocate truncate truncate64 ftruncate ftruncate64 cachestat getrandom`,
  // waiting
  `select _newselect pselect6 pselect6_time64 poll ppoll ppoll_time64 epoll_create epoll_create1 epoll_ctl epoll_ctl_old
  epoll_wait epoll_wait_old epoll_pwait epoll_pwait2 inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
  fanotify_mark`,
  // asynchronous reading and writing of old
  'io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents io_pgetevents_time64',
  // names of files
  `chdir fchdir getcwd mkdir mkdirat rmdir mknod mknodat link linkat symlink symlinkat readlink readlinkat rename
  renameat renameat2 unlink unlinkat getdents getdents64 access faccessat faccessat2`,
  // attributes of files
  `stat stat64 lstat lstat64 fstat fstat64 fstatat64 newfstatat statx statfs statfs64 fstatfs fstatfs64 chmod fchmod
  fchmodat fchmodat2 chown chown32 lchown lchown32 fchown fchown32 fchownat utime utimes futimesat utimensat
  utimensat_time64 getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr llistxattr
  flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat`,
  // the mounts that one is in
  'statmount listmount',
  // sockets, but for making one
  `socketpair socketcall bind listen accept accept4 connect shutdown getsockname getpeername getsockopt setsockopt send
  sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64`,
  // System V and POSIX communication, in the container's own ipc namespace
  `ipc msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget
  mq_open mq_unlink mq_notify mq_getsetattr mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64`,
  // told by a machine what it can do
  'riscv_hwprobe',
);

/** Allowed beside those on one machine only, by Node's names of machines. */
export const harmlessOn: Readonly<Record<string, readonly string[]>> = {
  x64: calls('arch_prctl modify_ldt'),
};

/** What a capability opens, which the kernel then checks where it is used. */
export const opened: Readonly<Record<string, readonly string[]>> = {
  CAP_DAC_READ_SEARCH: calls('open_by_handle_at'),
  CAP_SYS_ADMIN: calls(
    `bpf clone clone3 unshare setns mount umount umount2 mount_setattr move_mount open_tree fsopen fsconfig fsmount fspick
    fanotify_init lookup_dcookie lsm_get_self_attr lsm_set_self_attr lsm_list_modules perf_event_open quotactl quotactl_fd
    sethostname setdomainname syslog`,
  ),
  CAP_SYS_BOOT: calls('reboot'),
  CAP_SYS_CHROOT: calls('chroot'),
  CAP_SYS_MODULE: calls('init_module finit_module delete_module'),
  CAP_SYS_PACCT: calls('acct'),
  CAP_SYS_PTRACE: calls('kcmp pidfd_getfd process_madvise'),
  CAP_SYS_RAWIO: calls('iopl ioperm'),
  CAP_SYS_TIME: calls('settimeofday stime clock_settime clock_settime64'),
  CAP_SYS_TTY_CONFIG: calls('vhangup'),
  CAP_SYS_NICE: calls('get_mempolicy mbind set_mempolicy set_mempolicy_home_node'),
  CAP_SYSLOG: calls('syslog'),
  CAP_BPF: calls('bpf'),
  CAP_PERFMON: calls('perf_event_open'),
};

/**
 * Families of sockets that may be made, by their numbers in linux/socket.h: all below the first (unix, inet, inet6, …), and
 * netbeui, security, key, netlink, packet, ash; rds, sna, pppox; llc, ib, mpls, can, tipc, bluetooth, iucv, rxrpc; phonet,
 * ieee802154, nfc; kcm, qipcrtr, smc, xdp, mctp. Left out are those that are gone from the kernel, and AF_ALG (38), whose
 * bugs gave root to anybody, and AF_VSOCK (40), which leads out of a container to the hypervisor.
 */
export const socketFamilies = {
  below: 12,
  also: [13, 14, 15, 16, 17, 18, 21, 22, 24, 26, 27, 28, 29, 30, 31, 32, 33, 35, 36, 39, 41, 42, 43, 44, 45],
} as const;

/** Values of personality(2): Linux, PER_LINUX32, each also with UNAME26, and the question which one it is. */
export const personalities: readonly number[] = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff];

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET of clone(2). */
export const namespaceFlags =
  0x0002_0000 + 0x0200_0000 + 0x0400_0000 + 0x0800_0000 + 0x1000_0000 + 0x2000_0000 + 0x4000_0000;

function calls(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split(/\s+/));
}
