// A container's user namespace, as the host sees it: user_namespaces(7).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "oci/spec.h"

namespace berth {

struct UserNamespace {
  UniqueFd fd;  // invalid: the container is in that of the host
  IdMappings ids;

  [[nodiscard]] bool valid() const { return fd.valid(); }
};

// What the id is outside; nothing where none is.
std::optional<uint32_t> HostId(const std::vector<IdMapping>& mappings, uint32_t id);

// A new namespace with these mappings. The caller needs CAP_SETUID and CAP_SETGID: no helper program writes them.
Result<UserNamespace> NewUserNamespace(const IdMappings& ids);

// The namespace behind a descriptor, with its mappings; an invalid one where it is the caller's own.
Result<UserNamespace> OpenUserNamespace(UniqueFd fd);

// Whether the namespace behind a descriptor is the caller's own.
Result<bool> IsOwnUserNamespace(int ns_fd);

// That of a process, as above.
Result<UserNamespace> UserNamespaceOf(pid_t pid);

// Takes the caller into it. It has all capabilities there and none on the host, whose root it still is to files.
Status EnterUserNamespace(const UserNamespace& user);

// Makes the caller, who has entered it, its root.
Status BecomeRoot();

// While it lives, files are made as the namespace's root makes them, with all privileges of the caller.
class FilesAsRoot {
 public:
  static Result<FilesAsRoot> Begin(const UserNamespace& user);
  FilesAsRoot(FilesAsRoot&& other) noexcept : active_(other.active_) { other.active_ = false; }
  FilesAsRoot& operator=(FilesAsRoot&&) = delete;
  ~FilesAsRoot();

 private:
  FilesAsRoot() = default;
  bool active_ = true;
};

}  // namespace berth
