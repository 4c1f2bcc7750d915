#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "oci/spec.h"

namespace berth {

// The home directory of a user by the text of a passwd(5) file; "/" where there is no such user or it has none.
std::string HomeIn(std::string_view passwd, uid_t uid);

// The process's environment, with HOME where it lacks one: by /etc/passwd of the caller's root, as other runtimes have it
// and engines count on.
std::vector<std::string> EnvironmentOf(const Process& process);

}  // namespace berth
