// Records of the start protocol, which shim/protocol.h draws: sent as whole messages over SOCK_SEQPACKET.
#pragma once

#include <cstdint>

namespace berth {

inline constexpr uint16_t kProtocolVersion = 1;

enum class SyncType : uint16_t {
  kFailed = 1,
  kCreated = 2,
  kStart = 3,
  kStarted = 4,
  kReady = 5,
  kMounted = 6,
  kGoOn = 7,
  kWarning = 8,  // what could not be had and is gone without; any number, at any time before the start has ended
};

// One record of the start protocol. Strings are cut to fit and always end in NUL.
struct SyncMessage {
  uint16_t version = kProtocolVersion;
  SyncType type = SyncType::kFailed;
  int32_t errnum = 0;       // kFailed, kWarning
  int32_t pid = 0;          // kCreated
  int32_t shim_pid = 0;     // kCreated, of the shim to the addon
  uint64_t start_time = 0;  // kCreated: field 22 of /proc/<pid>/stat
  char step[48] = {};       // kFailed, kWarning: "mount overlay", "cgroup memory", "exec"
  char call[32] = {};       // kFailed, kWarning: the system call
  char what[1024] = {};     // kFailed, kWarning: the object
};

}  // namespace berth
