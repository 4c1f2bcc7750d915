#include "seccomp/filter.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "seccomp/program.h"
#include "seccomp/rules.h"

namespace berth {

namespace {

bool Names(const SeccompRule& rule, const char* call) {
  return std::ranges::find(rule.names, call) != rule.names.end();
}

// A call is let through where some rule or, without one that always fits, the default does so.
bool MayPass(const Seccomp& seccomp, const char* call) {
  const auto passes = [](SeccompAction action) {
    return action == SeccompAction::kAllow || action == SeccompAction::kLog || action == SeccompAction::kTrace ||
           action == SeccompAction::kNotify;
  };
  for (const SeccompRule& rule : seccomp.syscalls) {
    if (Names(rule, call) && (passes(rule.action) || rule.args.empty())) {
      return passes(rule.action);
    }
  }
  return passes(seccomp.default_action);
}

}  // namespace

Result<SeccompFilter> CompileSeccomp(const Seccomp& seccomp) {
  BERTH_ASSIGN(const SeccompRules rules, LayOutRules(seccomp));
  SeccompFilter filter;
  filter.program = ProgramOf(rules);
  if (filter.program.size() > BPF_MAXINSNS) {
    return Fail(0, "seccomp",
                std::to_string(filter.program.size()) + " instructions: the kernel takes no more than " +
                    std::to_string(BPF_MAXINSNS));
  }
  filter.notifies = std::ranges::any_of(seccomp.syscalls,
                                        [](const SeccompRule& rule) { return rule.action == SeccompAction::kNotify; });
  // Without a word as runc: no slower memory barriers for programs that have no secrets from themselves.
  filter.flags = seccomp.flags.value_or(SECCOMP_FILTER_FLAG_SPEC_ALLOW);
  if (filter.notifies) {
    // The kernel has one result to return. There is one thread, so that nothing is lost.
    filter.flags &= ~static_cast<unsigned>(SECCOMP_FILTER_FLAG_TSYNC);
    filter.flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
  }
  return filter;
}

Status CheckStartable(const Seccomp& seccomp, const SeccompFilter& filter) {
  if (!MayPass(seccomp, "execve")) {
    return Fail(EACCES, "seccomp", "the profile does not allow execve");
  }
  const bool asks_for_sendmsg = std::ranges::any_of(seccomp.syscalls, [](const SeccompRule& rule) {
    return rule.action == SeccompAction::kNotify && Names(rule, "sendmsg");
  });
  if (filter.notifies && asks_for_sendmsg) {
    return Fail(EINVAL, "seccomp", "SCMP_ACT_NOTIFY of sendmsg: the listener itself is sent by it");
  }
  return {};
}

Result<UniqueFd> LoadSeccomp(const SeccompFilter& filter) {
  sock_fprog program{static_cast<unsigned short>(filter.program.size()),
                     const_cast<sock_filter*>(filter.program.data())};  // the kernel only reads it
  const long loaded = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter.flags, &program);
  if (loaded < 0) {
    return Errno("seccomp", std::to_string(filter.program.size()) + " instructions");
  }
  return filter.notifies ? UniqueFd(static_cast<int>(loaded)) : UniqueFd();
}

}  // namespace berth
