// The container's side of the start protocol (sync.h): what is being done, and how it ended.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/sync.h"

namespace berth {

// What is being done, in short words: "mount overlay", "sysctl net.ipv4.ip_forward". Set before each step, so that a
// failure anywhere below can be told with it.
struct Progress {
  std::string step;
  std::vector<SyncMessage> warnings = {};  // to be sent

  // Notes what this step goes on without.
  void Warn(const Error& error);
};

// A Failed record; texts are cut to fit.
SyncMessage FailedMessage(std::string_view step, const Error& error);

// Sends what was noted, once. A peer that is gone is no error.
void SendWarnings(int sync_fd, Progress& progress);

// Sends Failed. A peer that is gone is no error: nobody is left to tell.
void SendFailed(int sync_fd, const Progress& progress, const Error& error);

// Sends Mounted and waits for GoOn: the mounts are made, and the hooks of who created the container run now.
Status AwaitHooks(int sync_fd);

// Sends Ready and waits for Start. ECONNRESET: the other side closed, so this container is not to start.
Status AwaitStart(int sync_fd);

// Sends Ready over `sync_fd`, and waits for Start from the first who connects to the listening socket `start_fd`. That
// connection then takes the place of `sync_fd`, with its number.
Status AwaitStarter(int sync_fd, int start_fd);

}  // namespace berth
