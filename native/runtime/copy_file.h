#pragma once

#include <sys/types.h>

#include "base/result.h"

namespace berth {

// Copies a file's bytes from its start; holes stay holes. `size` is the file's size.
Status CopyData(int source_fd, int target_fd, off_t size);

}  // namespace berth
