// Making a container and starting it: two commands, with no process of ours between them.
//
// init is ready before `create` ends, and then waits in accept(2) on a socket that `create` bound at <root>/<id>/start,
// a place that only root reaches. `start` connects there, removes the socket's name, sends Start and reads to the end of
// the connection: init closes it by execve, or sends what went wrong. A `start` that is killed before Start was sent ends
// the connection, and init with it: so no container runs that counts as merely created. An init that is gone refuses the
// connection, since it alone holds the listening socket.
//
// Where there are prestart or createRuntime hooks, init says over `create`'s own socket when its mounts are made, and goes on
// when they have run.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "runtime_cli/arguments.h"
#include "runtime_cli/state.h"

namespace berth {

inline constexpr const char* kStartSocket = "start";

struct Created {
  State state;
  UniqueFd terminal = UniqueFd();  // the master of its terminal, where this process is to relay it
};

// Makes the container of `--bundle` (default: the working directory). Where it fails nothing of it is left. `stays`: this
// process stays with it and may relay its terminal.
Result<Created> CreateContainer(const Arguments& arguments, const std::string& root, const std::string& id, bool stays);

// Runs the command of a container that is "created", and then its poststart hooks; another status is an error. Where init
// fails, it is stopped then.
Status StartContainer(const Arguments& arguments, const std::string& root, const std::string& id);

}  // namespace berth
