#include "runtime/net_devices.h"

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "base/file.h"
#include "base/local_socket.h"
#include "runtime/report.h"
#include "runtime/rtnetlink.h"

namespace berth {

namespace {

// An address as the kernel listed it.
struct Address {
  ifaddrmsg message{};
  std::map<uint16_t, std::string> attributes;
};

Result<int> IndexOf(Rtnetlink& network, const std::string& name) {
  NetlinkMessage request(RTM_GETLINK, 0, ifinfomsg{});
  request.AddText(IFLA_IFNAME, name);
  BERTH_ASSIGN(const auto replies, network.Ask(request, sizeof(ifinfomsg), name));
  return replies.empty() ? Result<int>(Fail(ENODEV, "rtnetlink", name)) : replies.front().As<ifinfomsg>().ifi_index;
}

// The first number from `index` on that no device of the network has.
Result<int> FreeIndex(Rtnetlink& network, int index) {
  for (;; ++index) {
    ifinfomsg link{};
    link.ifi_index = index;
    const auto replies = network.Ask(NetlinkMessage(RTM_GETLINK, 0, link), sizeof link, std::to_string(index));
    if (!replies) {
      return replies.error().errnum == ENODEV ? Result<int>(index) : std::unexpected(replies.error());
    }
  }
}

Status CheckFree(Rtnetlink& network, const std::string& name) {
  if (name.ends_with("%d")) {
    return {};  // the kernel finds a number
  }
  const auto taken = IndexOf(network, name);
  if (taken) {
    return Fail(EEXIST, "rtnetlink", name + ": the container's network has such a device");
  }
  return taken.error().errnum == ENODEV ? Status() : Status(std::unexpected(taken.error()));
}

uint32_t FlagsOf(const Address& address) {
  uint32_t flags = address.message.ifa_flags;
  if (const auto found = address.attributes.find(IFA_FLAGS);
      found != address.attributes.end() && found->second.size() == sizeof flags) {
    std::memcpy(&flags, found->second.data(), sizeof flags);
  }
  return flags;
}

// "all permanent IP addresses of any family with global scope"
Result<std::vector<Address>> KeptAddresses(Rtnetlink& network, int index, const std::string& name) {
  BERTH_ASSIGN(const auto replies,
               network.Ask(NetlinkMessage(RTM_GETADDR, NLM_F_DUMP, ifaddrmsg{}), sizeof(ifaddrmsg), name));
  std::vector<Address> kept;
  for (const NetlinkReply& reply : replies) {
    const Address address{.message = reply.As<ifaddrmsg>(), .attributes = reply.attributes};
    const bool global = address.message.ifa_scope == RT_SCOPE_UNIVERSE;
    if (static_cast<int>(address.message.ifa_index) == index && global && (FlagsOf(address) & IFA_F_PERMANENT) != 0) {
      kept.push_back(address);
    }
  }
  return kept;
}

// With IFLA_NEW_IFINDEX, since a name that the kernel completes would not tell which device it is.
Status MoveLink(Rtnetlink& host, int index, int new_index, const std::string& wanted, int namespace_fd) {
  ifinfomsg link{};
  link.ifi_index = index;
  NetlinkMessage request(RTM_NEWLINK, 0, link);
  request.AddNumber(IFLA_NET_NS_FD, static_cast<uint32_t>(namespace_fd));
  request.AddNumber(IFLA_NEW_IFINDEX, static_cast<uint32_t>(new_index));
  request.AddText(IFLA_IFNAME, wanted);
  return host.Do(request, wanted);
}

Status AddAddress(Rtnetlink& network, int index, const Address& address, const std::string& name) {
  ifaddrmsg message = address.message;
  message.ifa_index = static_cast<uint32_t>(index);
  message.ifa_flags = 0;
  NetlinkMessage request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, message);
  for (const uint16_t type : {IFA_LOCAL, IFA_ADDRESS, IFA_BROADCAST, IFA_RT_PRIORITY}) {
    if (const auto found = address.attributes.find(type); found != address.attributes.end()) {
      request.Add(type, found->second);
    }
  }
  request.AddNumber(IFA_FLAGS, FlagsOf(address) & (IFA_F_NODAD | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN));
  return network.Do(request, name);
}

Status SetUp(Rtnetlink& network, int index, const std::string& name) {
  ifinfomsg link{};
  link.ifi_index = index;
  link.ifi_flags = IFF_UP;
  link.ifi_change = IFF_UP;
  return network.Do(NetlinkMessage(RTM_NEWLINK, 0, link), name);
}

Status MoveOne(Rtnetlink& host, Rtnetlink& inside, const std::string& name, const std::string& wanted,
               int namespace_fd) {
  BERTH_ASSIGN(const int index, IndexOf(host, name));
  BERTH_TRY(CheckFree(inside, wanted));
  BERTH_ASSIGN(const std::vector<Address> addresses, KeptAddresses(host, index, name));
  BERTH_ASSIGN(const int new_index, FreeIndex(inside, index));
  BERTH_TRY(MoveLink(host, index, new_index, wanted, namespace_fd));
  for (const Address& address : addresses) {
    BERTH_TRY(AddAddress(inside, new_index, address, wanted));
  }
  return SetUp(inside, new_index, wanted);
}

Status ServeMove(int socket, const std::map<std::string, std::string>& devices) {
  char byte = 0;
  BERTH_ASSIGN(const Received received, ReceiveWithDescriptor(socket, &byte, 1, 0));
  return received.descriptor.valid() ? MoveNetDevices(devices, received.descriptor.get()) : Status();
}

// In the forked helper. Its answer is a record of the start protocol.
[[noreturn]] void ServeAndExit(int socket, const std::map<std::string, std::string>& devices) {
  const auto moved = ServeMove(socket, devices);
  SyncMessage answer = moved ? SyncMessage() : FailedMessage("", moved.error());
  answer.type = moved ? SyncType::kReady : SyncType::kFailed;
  (void)SendWithDescriptors(socket, {reinterpret_cast<const char*>(&answer), sizeof answer}, {}, MSG_NOSIGNAL);
  ::_exit(0);
}

}  // namespace

Status MoveNetDevices(const std::map<std::string, std::string>& devices, int namespace_fd) {
  BERTH_ASSIGN(Rtnetlink host, Rtnetlink::Open());
  if (::setns(namespace_fd, CLONE_NEWNET) != 0) {
    return Errno("setns", "the container's network namespace");
  }
  BERTH_ASSIGN(Rtnetlink inside, Rtnetlink::Open());
  for (const auto& [name, new_name] : devices) {
    if (auto moved = MoveOne(host, inside, name, new_name.empty() ? name : new_name, namespace_fd); !moved) {
      return Wrap(std::move(moved).error(), "network device " + name);
    }
  }
  return {};
}

Result<std::optional<NetDeviceHelper>> NetDeviceHelper::Fork(const std::map<std::string, std::string>& devices) {
  if (devices.empty()) {
    return std::nullopt;
  }
  BERTH_ASSIGN(SocketPair pair, MakeSocketPair(SOCK_SEQPACKET));
  const pid_t pid = ::fork();
  if (pid < 0) {
    return Errno("fork", "network devices");
  }
  if (pid == 0) {
    pair.ours.Reset();
    ServeAndExit(pair.theirs.get(), devices);
  }
  return NetDeviceHelper(std::move(pair.ours), pid);
}

NetDeviceHelper::~NetDeviceHelper() {
  if (socket_.valid()) {  // not moved from
    socket_.Reset();
    (void)::waitpid(pid_, nullptr, 0);
  }
}

Status NetDeviceHelper::Move() {
  BERTH_ASSIGN(const UniqueFd network, OpenAt(AT_FDCWD, "/proc/thread-self/ns/net", O_RDONLY));
  constexpr char kByte = 0;
  const int fd = network.get();
  BERTH_TRY(SendWithDescriptors(socket_.get(), {&kByte, 1}, {&fd, 1}, MSG_NOSIGNAL));
  SyncMessage answer;
  const ssize_t got = ::recv(socket_.get(), &answer, sizeof answer, 0);
  if (got != sizeof answer) {
    return Fail(ECONNRESET, "recv", "network devices");
  }
  if (answer.type == SyncType::kReady) {
    return {};
  }
  // The static texts of errors are not to be had over a socket.
  return Fail(answer.errnum, "rtnetlink", answer.what);
}

}  // namespace berth
