#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace berth {

// Copies what is in one directory into another, empty one: owners, modes, extended attributes (file capabilities), times,
// hard links, symlinks, devices, holes. Then the directory's own attributes. Both trees must be at rest.
Status CopyTree(int source_fd, int target_fd);

// Owner, mode, extended attributes and times of one directory onto another.
Status CopyDirectoryAttributes(int source_fd, int target_fd);

// Names in a directory, without "." and "..".
Result<std::vector<std::string>> EntryNames(int dir_fd);

}  // namespace berth
