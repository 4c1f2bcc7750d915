// Words of the runtime specification, of which features.cc asks the readers of config.json.
#pragma once

#include <string_view>

namespace berth {

inline constexpr std::string_view kHookWords[] = {"prestart",       "createRuntime", "createContainer",
                                                  "startContainer", "poststart",     "poststop"};

// config.md, "Linux mount options"
inline constexpr std::string_view kMountOptionWords[] = {"acl",
                                                         "async",
                                                         "atime",
                                                         "bind",
                                                         "defaults",
                                                         "dev",
                                                         "diratime",
                                                         "dirsync",
                                                         "exec",
                                                         "idmap",
                                                         "iversion",
                                                         "lazytime",
                                                         "loud",
                                                         "mand",
                                                         "noacl",
                                                         "noatime",
                                                         "nodev",
                                                         "nodiratime",
                                                         "noexec",
                                                         "noiversion",
                                                         "nolazytime",
                                                         "nomand",
                                                         "norelatime",
                                                         "nostrictatime",
                                                         "nosuid",
                                                         "nosymfollow",
                                                         "private",
                                                         "ratime",
                                                         "rbind",
                                                         "rdev",
                                                         "rdiratime",
                                                         "relatime",
                                                         "remount",
                                                         "rexec",
                                                         "ridmap",
                                                         "rnoatime",
                                                         "rnodev",
                                                         "rnodiratime",
                                                         "rnoexec",
                                                         "rnorelatime",
                                                         "rnostrictatime",
                                                         "rnosuid",
                                                         "rnosymfollow",
                                                         "ro",
                                                         "rprivate",
                                                         "rrelatime",
                                                         "rro",
                                                         "rrw",
                                                         "rshared",
                                                         "rslave",
                                                         "rstrictatime",
                                                         "rsuid",
                                                         "rsymfollow",
                                                         "runbindable",
                                                         "rw",
                                                         "shared",
                                                         "silent",
                                                         "slave",
                                                         "strictatime",
                                                         "suid",
                                                         "symfollow",
                                                         "sync",
                                                         "tmpcopyup",
                                                         "unbindable"};

inline constexpr std::string_view kNamespaceWords[] = {"cgroup", "ipc",  "mount", "network",
                                                       "pid",    "time", "user",  "uts"};

inline constexpr std::string_view kSeccompActions[] = {
    "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO",  "SCMP_ACT_KILL",  "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
    "SCMP_ACT_LOG",   "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP"};

inline constexpr std::string_view kSeccompOperators[] = {
    "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE"};

inline constexpr std::string_view kSeccompArchitectures[] = {
    "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM",       "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K",     "SCMP_ARCH_MIPS",
    "SCMP_ARCH_MIPS64",  "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL",      "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32",
    "SCMP_ARCH_PARISC",  "SCMP_ARCH_PARISC64",  "SCMP_ARCH_PPC",         "SCMP_ARCH_PPC64",    "SCMP_ARCH_PPC64LE",
    "SCMP_ARCH_RISCV64", "SCMP_ARCH_S390",      "SCMP_ARCH_S390X",       "SCMP_ARCH_SH",       "SCMP_ARCH_SHEB",
    "SCMP_ARCH_X32",     "SCMP_ARCH_X86",       "SCMP_ARCH_X86_64"};

inline constexpr std::string_view kSeccompFlags[] = {"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
                                                     "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
                                                     "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"};

inline constexpr std::string_view kMemoryModes[] = {
    "MPOL_DEFAULT",   "MPOL_BIND",           "MPOL_INTERLEAVE", "MPOL_WEIGHTED_INTERLEAVE",
    "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_LOCAL"};

inline constexpr std::string_view kMemoryFlags[] = {"MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES",
                                                    "MPOL_F_STATIC_NODES"};

// Asks the kernel, which refuses a flag that it does not know before it looks for the filter.
bool KernelHasSeccompFlag(std::string_view name);

}  // namespace berth
