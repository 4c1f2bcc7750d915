#include "runtime_cli/commands.h"

#include <cstdint>

namespace berth {

namespace {

constexpr OptionKind kValue = OptionKind::kValue;
constexpr OptionKind kRefused = OptionKind::kRefused;
constexpr size_t kAny = SIZE_MAX;

constexpr Option kGlobal[] = {
    {"root", '\0', kValue, "DIR"},
    {"log", '\0', kValue, "FILE"},
    {"log-format", '\0', kValue, "text|json"},
    {"debug"},
    {"version", 'v'},
    {"help", 'h'},
    {"cgroup-manager", '\0', kValue, "cgroupfs|disabled"},
    {"systemd-cgroup", '\0', kRefused, "cgroups are made in cgroupfs, never asked of systemd"},
};

// Of what makes a process.
constexpr Option kProcess[] = {
    {"pid-file", '\0', kValue, "FILE"},
    {"console-socket", '\0', kValue, "SOCKET"},
    {"preserve-fds", '\0', kValue, "N"},
};
constexpr Option kCreate[] = {
    {"bundle", 'b', kValue, "DIR"},
    {"config", 'f', kValue, "FILE"},
    {"no-new-keyring"},
    {"no-pivot", '\0', kRefused, "without pivot_root a container can reach the host's tree"},
};
constexpr Option kDetach[] = {{"detach", 'd'}};
constexpr Option kRun[] = {{"keep"}, {"no-subreaper"}};
constexpr Option kExec[] = {
    {"process", 'p', kValue, "FILE"},      {"tty", 't'},
    {"user", 'u', kValue, "UID[:GID]"},    {"additional-gids", 'g', kValue, "GID"},
    {"cwd", '\0', kValue, "DIR"},          {"env", 'e', kValue, "NAME=VALUE"},
    {"cap", 'c', kValue, "CAPABILITY"},    {"no-new-privs"},
    {"apparmor", '\0', kValue, "PROFILE"}, {"process-label", '\0', kValue, "LABEL"},
    {"cgroup", '\0', kValue, "PATH"},      {"ignore-paused"},
};
constexpr Option kKill[] = {{"all", 'a'}};
constexpr Option kDelete[] = {{"force", 'f'}, {"regex"}};
constexpr Option kEvents[] = {{"stats"}, {"interval", '\0', kValue, "DURATION"}};
constexpr Option kSpec[] = {
    {"bundle", 'b', kValue, "DIR"},
    {"rootless", '\0', kRefused, "containers are run by root only"},
};
constexpr Option kPs[] = {{"format", 'f', kValue, "table|json"}};
constexpr Option kUpdate[] = {
    {"resources", 'r', kValue, "FILE"},
    {"blkio-weight", '\0', kValue, "WEIGHT"},
    {"cpu-period", '\0', kValue, "MICROSECONDS"},
    {"cpu-quota", '\0', kValue, "MICROSECONDS"},
    {"cpu-burst", '\0', kValue, "MICROSECONDS"},
    {"cpu-share", '\0', kValue, "SHARES"},
    {"cpu-rt-period", '\0', kValue, "MICROSECONDS"},
    {"cpu-rt-runtime", '\0', kValue, "MICROSECONDS"},
    {"cpu-idle", '\0', kValue, "0|1"},
    {"cpuset-cpus", '\0', kValue, "LIST"},
    {"cpuset-mems", '\0', kValue, "LIST"},
    {"memory", '\0', kValue, "BYTES"},
    {"memory-reservation", '\0', kValue, "BYTES"},
    {"memory-swap", '\0', kValue, "BYTES"},
    {"pids-limit", '\0', kValue, "N"},
    {"kernel-memory", '\0', kRefused, "Linux has no limit of kernel memory any more"},
    {"kernel-memory-tcp", '\0', kRefused, "Linux has it on cgroup v1 only, and deprecates it there"},
    {"l3-cache-schema", '\0', kRefused, "cache allocation (resctrl) is not supported"},
    {"mem-bw-schema", '\0', kRefused, "memory bandwidth allocation (resctrl) is not supported"},
};
constexpr Option kList[] = {{"format", 'f', kValue, "table|json"}, {"quiet", 'q'}};

const CommandSyntax kCommands[] = {
    {"create", "ID", 1, 1, {kCreate, kProcess}},
    {"start", "ID", 1, 1, {}},
    {"run", "ID", 1, 1, {kCreate, kProcess, kDetach, kRun}},
    {"exec", "ID [COMMAND ARGUMENT...]", 1, kAny, {kExec, kProcess, kDetach}, true},
    {"state", "ID", 1, 1, {}},
    {"kill", "ID [SIGNAL]", 1, 2, {kKill}},
    {"pause", "ID", 1, 1, {}},
    {"resume", "ID", 1, 1, {}},
    {"ps", "ID", 1, 1, {kPs}},
    {"events", "ID", 1, 1, {kEvents}},
    {"update", "ID", 1, 1, {kUpdate}},
    {"delete", "ID", 1, 1, {kDelete}},
    {"list", "", 0, 0, {kList}},
    {"spec", "", 0, 0, {kSpec}},
    {"features", "", 0, 0, {}},
};

}  // namespace

std::span<const Option> GlobalOptions() { return kGlobal; }

std::span<const CommandSyntax> Commands() { return kCommands; }

}  // namespace berth
