#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "oci/spec.h"
#include "runtime_cli/arguments.h"

namespace berth {

// The process of `exec`: what `--process` holds, or the process of `config` (the container's config.json) with the
// operands after the id as its command, changed by the options.
Result<Process> ProcessOfExec(const Arguments& arguments, std::string_view config);

}  // namespace berth
