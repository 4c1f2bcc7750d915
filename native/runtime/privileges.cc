#include "runtime/privileges.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "base/procfs.h"
#include "oci/capability.h"
#include "runtime/syscalls.h"

namespace berth {

namespace {

constexpr std::pair<std::string_view, int> kRlimits[] = {
    {"RLIMIT_AS", RLIMIT_AS},           {"RLIMIT_CORE", RLIMIT_CORE},         {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},       {"RLIMIT_FSIZE", RLIMIT_FSIZE},       {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK}, {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE}, {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},   {"RLIMIT_NPROC", RLIMIT_NPROC},       {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},   {"RLIMIT_RTTIME", RLIMIT_RTTIME},     {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK},
};

// "keyring;uid;gid;permissions;description". Who joins a keyring by name finds one that lets itself be searched, or makes one
// that does not: KEY_POS_ALL, KEY_USR_VIEW, KEY_USR_READ, KEY_USR_LINK.
bool IsNewKeyring(int serial) {
  char text[512] = {};
  return serial >= 0 && SysDescribeKey(serial, text, sizeof text - 1) > 0 &&
         std::string_view(text).find(";3f130000;") != std::string_view::npos;
}

Result<__rlimit_resource_t> RlimitResource(const std::string& type) {
  const auto* const known = std::ranges::find(kRlimits, type, &std::pair<std::string_view, int>::first);
  if (known == std::end(kRlimits)) {
    return Fail(0, "setrlimit", type + ": is not supported");
  }
  return static_cast<__rlimit_resource_t>(known->second);
}

Status DropBounding(uint64_t kept) {
  // Up to the kernel's last capability, which is where it says EINVAL.
  for (int number = 0; number < 64; ++number) {
    if ((kept >> number & 1U) != 0) {
      continue;
    }
    if (::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) {
      if (errno == EINVAL) {
        break;
      }
      return Errno("prctl", "PR_CAPBSET_DROP " + std::to_string(number));
    }
  }
  return {};
}

Status SetUser(const User& user) {
  if (::setgroups(user.additional_gids.size(), user.additional_gids.data()) != 0) {
    return Errno("setgroups", std::to_string(user.additional_gids.size()) + " groups");
  }
  if (::setresgid(user.gid, user.gid, user.gid) != 0) {
    return Errno("setresgid", std::to_string(user.gid));
  }
  if (::setresuid(user.uid, user.uid, user.uid) != 0) {
    return Errno("setresuid", std::to_string(user.uid));
  }
  return {};
}

Status RaiseAmbient(uint64_t ambient) {
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    return Errno("prctl", "PR_CAP_AMBIENT_CLEAR_ALL");
  }
  for (int number = 0; number < 64; ++number) {
    if ((ambient >> number & 1U) != 0 && ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) != 0) {
      return Errno("prctl", "PR_CAP_AMBIENT_RAISE " + std::to_string(number));
    }
  }
  return {};
}

// Sets the capabilities, without those that the caller does not have itself: they are the result, and leave `sets`.
Result<uint64_t> Capset(CapabilitySets& sets, uint64_t more_effective, uint64_t more_permitted) {
  const auto set = [&] {
    return SysCapset(sets.effective | more_effective, sets.permitted | more_permitted, sets.inheritable) == 0;
  };
  if (set()) {
    return 0;
  }
  const uint64_t held = errno == EPERM ? SysPermittedCapabilities() : ~uint64_t{0};
  const uint64_t missing = (sets.permitted | sets.inheritable) & ~held;
  for (uint64_t* const one : {&sets.effective, &sets.permitted, &sets.inheritable, &sets.ambient}) {
    *one &= held;
  }
  return missing != 0 && set() ? Result<uint64_t>(missing) : Errno("capset", "capabilities");
}

// The user changes with capabilities kept, so that the sets can be given as asked afterwards.
Status SetUserAndCapabilities(const Process& process, uint64_t kept, Progress& progress) {
  CapabilitySets sets = process.capabilities.value_or(CapabilitySets{});
  progress.step = "capabilities";
  BERTH_TRY(DropBounding(sets.bounding));
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) {
    return Errno("prctl", "PR_SET_KEEPCAPS");
  }
  progress.step = "user";
  BERTH_TRY(SetUser(process.user));
  progress.step = "capabilities";
  if (::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) != 0) {
    return Errno("prctl", "PR_SET_KEEPCAPS");
  }
  BERTH_ASSIGN(const uint64_t missing, Capset(sets, 0, kept));
  for (int number = 0; number < 64; ++number) {
    if ((missing >> number & 1U) != 0) {
      progress.Warn({EPERM, "capset", CapabilityName(number) + " is not granted: the runtime does not have it"});
    }
  }
  return RaiseAmbient(sets.ambient);
}

}  // namespace

Status SetOomScore(const Process& process, Progress& progress) {
  if (!process.oom_score_adj) {
    return {};
  }
  auto written = WriteProcFile("self/oom_score_adj", std::to_string(*process.oom_score_adj));
  if (!written && (written.error().errnum == EPERM || written.error().errnum == EACCES)) {
    progress.Warn(written.error());
    return {};
  }
  return written;
}

Status NewKeyring(const std::string& id) {
  const int named = SysJoinSessionKeyring(("_ses." + id).c_str());
  const int serial = IsNewKeyring(named) ? named : SysJoinSessionKeyring(nullptr);
  return serial < 0 && errno != ENOSYS && errno != EPERM ? Status(Errno("keyctl", "session keyring")) : Status();
}

Status RaiseHardLimits(const Process& process, Progress& progress) {
  for (const Rlimit& limit : process.rlimits) {
    progress.step = "rlimit " + limit.type;
    BERTH_ASSIGN(const __rlimit_resource_t resource, RlimitResource(limit.type));
    rlimit value{};
    if (::getrlimit(resource, &value) != 0) {
      return Errno("getrlimit", limit.type);
    }
    if (value.rlim_max >= limit.hard) {
      continue;
    }
    value.rlim_max = limit.hard;
    if (::setrlimit(resource, &value) != 0 && errno != EPERM) {  // of which SetRlimits tells
      return Errno("setrlimit", std::to_string(limit.hard));
    }
  }
  return {};
}

// As much of `wanted` as the present hard limit allows.
Status SetBelowHardLimit(const char* type, __rlimit_resource_t resource, const rlimit& wanted, Progress& progress) {
  rlimit present{};
  if (::getrlimit(resource, &present) != 0) {
    return Errno("getrlimit", type);
  }
  const rlim_t hard = std::min(wanted.rlim_max, present.rlim_max);
  const rlimit value{.rlim_cur = std::min(wanted.rlim_cur, hard), .rlim_max = hard};
  if (::setrlimit(resource, &value) != 0) {
    return Errno("setrlimit", type);
  }
  progress.Warn({EPERM, "setrlimit",
                 std::to_string(wanted.rlim_max) + " is above this host's hard limit, " + std::to_string(hard) +
                     ", which holds instead"});
  return {};
}

Status SetRlimits(const Process& process, Progress& progress) {
  for (const Rlimit& limit : process.rlimits) {
    progress.step = "rlimit " + limit.type;
    BERTH_ASSIGN(const __rlimit_resource_t resource, RlimitResource(limit.type));
    const rlimit value{.rlim_cur = limit.soft, .rlim_max = limit.hard};
    if (::setrlimit(resource, &value) == 0) {
      continue;
    }
    if (errno == EPERM) {
      BERTH_TRY(SetBelowHardLimit(limit.type.c_str(), resource, value, progress));
    } else {
      return Errno("setrlimit", std::to_string(limit.soft) + " of " + std::to_string(limit.hard));
    }
  }
  return {};
}

Status SetCapabilities(const Process& process, uint64_t more) {
  CapabilitySets sets = process.capabilities.value_or(CapabilitySets{});
  const auto set = Capset(sets, more, more);
  return set ? Status() : std::unexpected(set.error());
}

Status DropPrivileges(const Process& process, uint64_t kept, Progress& progress) {
  BERTH_TRY(SetUserAndCapabilities(process, kept, progress));
  progress.step = "no_new_privs";
  if (process.no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Errno("prctl", "PR_SET_NO_NEW_PRIVS");
  }
  ::umask(process.user.umask.value_or(022));
  return {};
}

}  // namespace berth
