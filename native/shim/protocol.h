// The written protocols of the shim. Four channels, all local sockets, all host byte order but the attach stream.
//
// 0. Request (SOCK_SEQPACKET socketpair, descriptor 3 of the zygote): a container's id, and with it the descriptors kSyncFd
//    to kStreamFd for its shim, the last one only where it is attached. The zygote joins the cgroup of the stack's shims,
//    forks the shim and goes on to the next request. It ends with its caller's end, or when it was asked for nothing for a
//    while: then its end takes no more (EPIPE), and the caller makes a new one.
//
// 1. Start (SOCK_SEQPACKET socketpair, descriptor 3 of the shim), one message per record:
//
//      addon                            shim (stays)                     starter ─▶ init (container pid 1)
//      request to the zygote      ──▶   lock, settings
//                                       fork                       ──▶   config.json, cgroup, limits, namespaces
//                                                                        clone init: overlay, mounts, pivot_root
//                                                                  ◀──   Created(pid): right after clone
//      Warning(step, errno, what) ◀──                              ◀──   Warning: before Ready
//      Failed(step, errno, what)  ◀──   reap, clean up             ◀──   Failed: at any time
//      Created(pid, start time)   ◀──   record: created            ◀──   Ready: privileges set, waiting
//      Start                      ──▶   Go                         ──▶   execve
//                                 ◀──                              ◀──   EOF by O_CLOEXEC: exec happened
//      Started                    ◀──   record: running
//
//    If the addon's end closes before Start, the shim kills init and leaves nothing behind.
//    After Started both ends close the socket.
//
// 2. Control (SOCK_SEQPACKET socket `control` in the run directory): a ControlRequest, then one ControlReply.
//    The peer must have the shim's own effective uid (SO_PEERCRED). A connection carries one request.
//
// 3. Attach stream (SOCK_STREAM, passed by SCM_RIGHTS or at start): frames of an 8-byte header and a payload,
//    type in byte 0, payload length in bytes 4..7 in network byte order.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/sync.h"

namespace berth {

inline constexpr int kRequestFd = 3;  // of the zygote
inline constexpr size_t kContainerIdLength = 64;

// Descriptors that a freshly started shim finds open beside 0, 1, 2 (/dev/null).
inline constexpr int kSyncFd = 3;       // start protocol
inline constexpr int kContainerFd = 4;  // <root>/containers/<id>
inline constexpr int kRunFd = 5;        // <run>/containers/<id>
inline constexpr int kStreamFd = 6;     // attach stream; /dev/null when not attached
inline constexpr int kProcessFd = 7;    // `exec` only: memfd with the OCI process object

enum class ControlType : uint16_t {
  kStatus = 1,
  kStop = 2,
  kRestart = 3,
  kKill = 4,
  kPause = 5,
  kUnpause = 6,
  kReload = 7,
  kAttach = 8,
};

inline constexpr int64_t kFromSettings = -1;
inline constexpr uint32_t kAttachStdin = 1;
inline constexpr uint32_t kAttachOutput = 2;
inline constexpr uint32_t kAttachStates = 4;

struct ControlRequest {
  uint16_t version = kProtocolVersion;
  ControlType type = ControlType::kStatus;
  int32_t signal = 0;                  // kKill; kStop: 0 = from settings
  int64_t timeout_ms = kFromSettings;  // kStop, kRestart
  uint64_t generation = 0;             // kReload
  uint32_t attach_flags = 0;           // kAttach
  uint32_t padding = 0;
};

inline constexpr size_t kStatusLimit = 16384;

// `errnum` != 0 or a non-empty `step`: the request failed. The status text follows in the same record.
struct ControlReply {
  uint16_t version = kProtocolVersion;
  uint16_t failed = 0;
  int32_t errnum = 0;
  char step[48] = {};
  char call[32] = {};
  char what[1024] = {};
  uint32_t status_length = 0;
  uint32_t padding = 0;
};

enum class FrameType : uint8_t {
  kStdin = 0,     // to the container; payload bytes
  kStdout = 1,    // from the container; with a terminal everything is stdout
  kStderr = 2,    // from the container
  kStdinEof = 3,  // to the container: close its stdin
  kResize = 4,    // to the container: u16 rows, u16 columns, network byte order
  kSignal = 5,    // to an exec'd process: i32 signal, network byte order
  kStatus = 6,    // from the shim: status text after each change of state
  kExit = 7,      // from the shim: i32 exit code (128 + signal), network byte order; last frame of a run
};

inline constexpr size_t kFrameHeader = 8;
inline constexpr size_t kFrameLimit = 65536;  // longest payload that either side sends

}  // namespace berth
