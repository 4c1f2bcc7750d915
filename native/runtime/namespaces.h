// Namespaces of a container. The starter joins and makes what a process can for itself (network, ipc, uts, and for its
// children pid and time); init is then cloned with the rest. What is made after the user namespace was entered belongs to it.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"
#include "oci/supervise.h"
#include "runtime/report.h"
#include "runtime/user_namespace.h"

namespace berth {

// The CLONE_NEW* flag of a namespace type.
int CloneFlag(NamespaceType type);

// Its file in /proc/<pid>/ns; not for mount and cgroup namespaces.
const char* NamespaceFile(NamespaceType type);

// The spec's namespace of that type, or null where the container shares the host's.
const Namespace* FindNamespace(const RuntimeSpec& spec, NamespaceType type);

// The user namespace of the container: the one it joins, the one that it had before where others have joined one of its
// namespaces since, or a new one. An invalid one: that of the host. It is not entered.
Result<UserNamespace> FindUserNamespace(const RuntimeSpec& spec, int run_fd);

// Joins the network, ipc, uts and (for its children) pid namespaces that are there already: others', which are pinned to
// <run_fd>/../<id>/ns/{net,ipc,uts,user}, and the container's own where they are pinned. Returns the CLONE_NEW* flags of
// those that are left to be made. The caller's namespaces have changed also where this fails.
Result<uint64_t> JoinNamespaces(const RuntimeSpec& spec, const Supervise& supervise, int run_fd, Progress& progress);

// time_namespaces(7): who made one stays in its own, its children are born in the new one, and the offsets are open until the
// first of them is.
Status WriteTimeOffsets(const std::map<std::string, TimeOffset>& offsets);

// Makes `missing` but for pid; a new network gets its loopback up. Returns the flags to clone init with.
Result<uint64_t> MakeNamespaces(uint64_t missing, Progress& progress);

// A pidfd of the process with that pid, if it started at that time; else ESRCH.
Result<UniqueFd> OpenProcess(pid_t pid, uint64_t start_time);

}  // namespace berth
