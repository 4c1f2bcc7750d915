// What stands in an overlay upper directory, as members of a tar archive.
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "layer/tar_entry.h"
#include "layer/tree.h"

namespace berth::layer {

// Names in a directory, sorted bytewise.
Result<std::vector<std::string>> SortedNames(int dir_fd);

// Everything of an entry but its link target where it is a hard link. `fd` is an O_PATH descriptor of it; `path` is its
// name in the archive, without a slash at the end.
Result<TarEntry> DescribeUpper(int fd, const struct stat& info, const std::string& path);

// True for a directory that hides the lower layers' one.
Result<bool> IsOpaque(int dir_fd);

// Where a file has data, if enough of it is holes that the archive should leave them out.
Status FindPieces(int fd, const struct stat& info, TarEntry* entry);

}  // namespace berth::layer
