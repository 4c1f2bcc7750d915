// Devices of the host's network that become the container's (config-linux.md, "Network Devices").
//
// A move takes privileges over both networks. The starter may give those over the host's up when it enters the container's
// user namespace, so a helper that it forked before does it.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

// Moves each device into the network namespace of `namespace_fd`, under its new name where it has one, keeps its permanent
// global addresses and sets it up. EEXIST: there is a device of that name. The caller's network namespace is another one
// afterwards. The kernel gives a physical device back when the namespace ends; a virtual one ends with it.
Status MoveNetDevices(const std::map<std::string, std::string>& devices, int namespace_fd);

// The helper: forked where the caller is, told later where to.
class NetDeviceHelper {
 public:
  // Nothing where there are no devices.
  static Result<std::optional<NetDeviceHelper>> Fork(const std::map<std::string, std::string>& devices);

  NetDeviceHelper(NetDeviceHelper&&) noexcept = default;
  NetDeviceHelper& operator=(NetDeviceHelper&&) = delete;
  ~NetDeviceHelper();

  // Has it move the devices into the network namespace that the caller is in now, and waits for the end of it.
  Status Move();

 private:
  NetDeviceHelper(UniqueFd socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}

  UniqueFd socket_;
  pid_t pid_;
};

}  // namespace berth
