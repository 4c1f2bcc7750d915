// What the runtime tells its caller beside a command's own output.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime_cli/arguments.h"

namespace berth {

// An error as one line: object, call and what the kernel said.
std::string ErrorText(const Error& error);

// Text on one line of a terminal: what it would act on is written as \xNN. Names and paths are chosen by others.
std::string TerminalText(std::string_view text);

// Tells of what went wrong without being the command's failure: in the log, or on standard error where there is none (which
// `create` hands to the container, so that an engine would take it for the container's own words).
void Warn(const Arguments& arguments, const std::string& message);

// Appends a line to `--log`, where there is one, in the format of `--log-format`: as containerd and conmon read it.
// `level` is "error", "warning" or "debug"; the latter is for `--debug` only. A log that can't be written is an error.
Status Log(const Arguments& arguments, const char* level, const std::string& message);

// The same of each: what has no effect, as the specification has a runtime warn of it.
void WarnOf(const Arguments& arguments, const std::vector<std::string>& warnings);

}  // namespace berth
