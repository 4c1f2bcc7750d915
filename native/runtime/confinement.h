// What is left to a container's processes: system calls, and what a Linux security module allows. The starter prepares what is
// in force from right before execve, or from execve itself: nothing of our own set-up runs under it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"
#include "oci/supervise.h"
#include "runtime/report.h"
#include "seccomp/filter.h"

namespace berth {

struct Confinement {
  std::optional<SeccompFilter> filter;  // none: every call
  std::optional<SeccompFilter> reaper;  // of the reaper at pid 1, which makes four calls
  UniqueFd listener;                    // socket that the filter's listener is sent over
  std::string id;
  std::string listener_metadata;
  std::map<std::string, std::string> annotations;
  std::string process_state;  // what is sent with it: the specification's container process state
  UniqueFd proc;              // the host's, to write the process's security labels through, if it has any
};

// Compiles the spec's filter and connects to its listener's receiver; refuses labels that this host has no security module
// for. In the host's mount namespace. `process` is what is to be run.
Result<Confinement> PrepareConfinement(const RuntimeSpec& spec, const Process& process, const Supervise& supervise,
                                       Progress& progress);

// Has execve change into the process's security labels. Called last of what needs no seccomp.
Status LabelProcess(const Confinement& confinement, const Process& process);

// Where there is a receiver: notes what it is told of the calling process. Called while /proc is the host's. `status` is
// the container's; `init_pid` 0: the caller is its init.
Status NoteProcess(Confinement& confinement, const char* status, int container_fd, pid_t init_pid);

// Capabilities that DropPrivileges is to keep for Confine: a filter needs no_new_privs or CAP_SYS_ADMIN.
uint64_t KeptForSeccomp(const Process& process, const Confinement& confinement);

// Puts the filter on the caller, whose next call is execve. The listener goes over `listener_fd`.
Status Confine(const Process& process, const Confinement& confinement, int listener_fd);

// Puts the reaper's own filter on the caller, and takes away what was kept.
Status ConfineReaper(const Process& process, const Confinement& confinement);

}  // namespace berth
