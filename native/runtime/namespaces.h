// Namespaces of a container. The starter enters those that can be entered by a process itself (user, network, ipc, uts, and
// for its children pid); init is then cloned with the rest.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"
#include "oci/supervise.h"
#include "runtime/report.h"

namespace berth {

// The CLONE_NEW* flag of a namespace type.
int CloneFlag(NamespaceType type);

// Its file in /proc/<pid>/ns; not for mount and cgroup namespaces.
const char* NamespaceFile(NamespaceType type);

// The spec's namespace of that type, or null where the container shares the host's.
const Namespace* FindNamespace(const RuntimeSpec& spec, NamespaceType type);

// Joins or makes the container's user, network, ipc and uts namespaces for the caller, the user namespace first, and joins
// another's pid namespace for the caller's children. Made ones that the record says to pin are bound to
// <run_fd>/ns/{net,ipc,uts}, and joined from there the next time; a new network gets its loopback up.
// Returns the flags to clone init with. The caller's namespaces have changed also where this fails.
Result<uint64_t> EnterNamespaces(const RuntimeSpec& spec, const Supervise& supervise, int run_fd, Progress& progress);

// A pidfd of the process with that pid, if it started at that time; else ESRCH.
Result<UniqueFd> OpenProcess(pid_t pid, uint64_t start_time);

}  // namespace berth
