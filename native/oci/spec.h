// The parts of an OCI runtime specification (config.json) that Berth honours. Names follow the specification.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "oci/hooks.h"
#include "oci/scheduling.h"
#include "oci/seccomp.h"

namespace berth {

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::optional<mode_t> umask;
  std::vector<gid_t> additional_gids;
};

struct Rlimit {
  std::string type;  // RLIMIT_NOFILE
  uint64_t soft = 0;
  uint64_t hard = 0;
};

struct CapabilitySets {
  // Bit masks: bit n is capability n of linux/capability.h.
  uint64_t bounding = 0;
  uint64_t effective = 0;
  uint64_t permitted = 0;
  uint64_t inheritable = 0;
  uint64_t ambient = 0;
};

struct Process {
  bool terminal = false;
  uint16_t console_height = 0;
  uint16_t console_width = 0;
  User user;
  std::vector<std::string> args;
  std::vector<std::string> env;
  std::string cwd;
  std::optional<CapabilitySets> capabilities;
  std::vector<Rlimit> rlimits;
  bool no_new_privileges = false;
  std::optional<int> oom_score_adj;
  std::string apparmor_profile;
  std::string selinux_label;
  std::optional<IoPriority> io_priority;
  std::optional<Scheduler> scheduler;
  ExecCpuAffinity exec_cpu_affinity;
  std::vector<std::string> warnings;  // of ParseProcess: see RuntimeSpec
};

// A run of ids: `size` of them from `container_id` in the user namespace are those from `host_id` outside.
struct IdMapping {
  uint32_t container_id = 0;
  uint32_t host_id = 0;
  uint32_t size = 0;

  bool operator==(const IdMapping&) const = default;
};

struct IdMappings {
  std::vector<IdMapping> uids;
  std::vector<IdMapping> gids;
};

struct Mount {
  std::string destination;
  std::string type;
  std::string source;
  std::vector<std::string> options;
  IdMappings ids = {};  // of the mount itself; empty: those of the container, where its options ask for any
};

enum class NamespaceType { kPid, kNetwork, kMount, kIpc, kUts, kUser, kCgroup, kTime };

struct Namespace {
  NamespaceType type = NamespaceType::kPid;
  std::string path;  // empty: a new one
};

// Of a clock in a time namespace, against the host's.
struct TimeOffset {
  int64_t seconds = 0;
  uint32_t nanoseconds = 0;
};

struct DeviceNode {
  std::string path;
  char type = 'c';  // 'c', 'b', 'p'
  int64_t major = 0;
  int64_t minor = 0;
  mode_t file_mode = 0666;
  uid_t uid = 0;
  gid_t gid = 0;
};

struct DeviceRule {
  bool allow = false;
  char type = 'a';     // 'a', 'c', 'b'
  int64_t major = -1;  // -1: any
  int64_t minor = -1;
  std::string access;  // subset of "rwm"
};

struct ThrottleDevice {
  int64_t major = 0;
  int64_t minor = 0;
  uint64_t rate = 0;
};

struct WeightDevice {
  int64_t major = 0;
  int64_t minor = 0;
  uint16_t weight = 0;
};

struct RdmaLimit {
  std::optional<uint32_t> hca_handles, hca_objects;
};

struct HugepageLimit {
  std::string page_size;  // "2MB"
  uint64_t limit = 0;
};

struct LinuxResources {
  std::vector<DeviceRule> devices;
  // memory, bytes; -1 unlimited. `memory_swap` is memory plus swap, whatever the cgroup version.
  std::optional<int64_t> memory_limit, memory_reservation, memory_swap;
  std::optional<int64_t> memory_kernel, memory_kernel_tcp;  // those above 0 are limits
  std::optional<uint64_t> memory_swappiness;
  bool disable_oom_killer = false;
  bool check_before_update = false;  // a limit below what is in use is refused
  // cpu, microseconds; quota -1 unlimited
  std::optional<uint64_t> cpu_shares, cpu_period, cpu_burst, cpu_realtime_period;
  std::optional<int64_t> cpu_quota, cpu_realtime_runtime, cpu_idle;
  std::string cpus, mems;
  std::optional<int64_t> pids_limit;  // -1 unlimited
  std::optional<uint16_t> blkio_weight;
  std::vector<WeightDevice> blkio_weight_device;
  std::vector<ThrottleDevice> read_bps, write_bps, read_iops, write_iops;
  std::vector<HugepageLimit> hugepage_limits;
  std::map<std::string, RdmaLimit> rdma;  // by device
  std::optional<uint32_t> net_class_id;
  std::map<std::string, uint32_t> net_priorities;
  std::map<std::string, std::string> unified;  // v2 only: file to text
  std::vector<std::string> warnings;           // of ParseResources: see RuntimeSpec
};

struct RuntimeSpec {
  // What has no effect and is not refused, a line each with its JSON pointer: keys that the specification does not know ("MUST
  // ignore unknown properties"), capabilities that can't be granted ("MUST be logged as a warning").
  std::vector<std::string> warnings;
  std::string oci_version;
  std::map<std::string, std::string> annotations;
  std::string root_path;
  bool root_readonly = false;
  bool has_process = false;  // without one a container can be created, not started
  Process process;
  std::string hostname;
  std::string domainname;
  std::vector<Mount> mounts;
  std::vector<Namespace> namespaces;
  IdMappings ids = {};                             // of a new user namespace
  std::map<std::string, TimeOffset> time_offsets;  // by clock: "monotonic", "boottime"
  std::vector<DeviceNode> devices;
  std::map<std::string, std::string> net_devices;  // the name on the host to that inside; empty: the same
  std::string cgroups_path;
  LinuxResources resources;
  std::map<std::string, std::string> sysctl;
  std::vector<std::string> masked_paths;
  std::vector<std::string> readonly_paths;
  std::string rootfs_propagation;
  std::optional<Seccomp> seccomp;
  Hooks hooks;
  std::optional<uint32_t> personality;  // the execution domain, as personality(2) takes it
  std::optional<MemoryPolicy> memory_policy;
  std::string mount_label;
};

// Parses config.json. An error has errnum 0, call "config.json", and `what` names the JSON pointer and what was expected.
// A key of the specification that is not honoured is refused by name, one that it does not know is a warning; annotations are
// free. `cgroups_path` is what holds where linux.cgroupsPath is absent; while it is empty the key is required.
Result<RuntimeSpec> ParseRuntimeSpec(std::string_view json, const std::string& cgroups_path = {});

// Parses an OCI `process` object alone, as `exec` gets it.
Result<Process> ParseProcess(std::string_view json);

// Parses an OCI `linux.resources` object alone.
Result<LinuxResources> ParseResources(std::string_view json);

}  // namespace berth
