#include "runtime/leave_host.h"

#include <string>

#include "runtime/privileges.h"
#include "runtime/stdio.h"

namespace berth {

namespace {

Status CheckMapped(const User& user, const IdMappings& ids) {
  if (!HostId(ids.uids, user.uid)) {
    return Fail(EINVAL, "setresuid", std::to_string(user.uid) + ": is not in the user namespace");
  }
  std::vector<gid_t> gids = user.additional_gids;
  gids.push_back(user.gid);
  for (const gid_t gid : gids) {
    if (!HostId(ids.gids, gid)) {
      return Fail(EINVAL, "setgroups", std::to_string(gid) + ": is not in the user namespace");
    }
  }
  return {};
}

}  // namespace

Status LeaveHost(const Process& process, const Stdio& stdio, const UserNamespace& user, Progress& progress) {
  progress.step = "user";
  BERTH_TRY(CheckMapped(process.user, user.ids));
  progress.step = "oom_score_adj";
  Progress told;  // by the process itself, which tries again
  BERTH_TRY(SetOomScore(process, told));
  BERTH_TRY(RaiseHardLimits(process, progress));
  progress.step = "stdio";
  // A process with a terminal has none of these.
  return process.terminal ? Status()
                          : OwnStdio({stdio.in, stdio.out, stdio.err}, *HostId(user.ids.uids, process.user.uid));
}

}  // namespace berth
