// Devices that move into a container's network. Each test makes its own network namespace to play the host's.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "container_fixture.h"
#include "runtime/net_devices.h"
#include "runtime/rtnetlink.h"
#include "support/container.h"

namespace berth {
namespace {

// Runs `body` in a child with a network namespace of its own: this process keeps the real one.
template <typename Body>
void InOwnNetwork(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool done = ::unshare(CLONE_NEWNET) == 0 && body();
    ::_exit(done ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}

// One end of a pair; moving it takes nothing from the other.
bool AddVeth(Rtnetlink& network, const std::string& name) {
  NetlinkMessage request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, ifinfomsg{});
  request.AddText(IFLA_IFNAME, name);
  std::string info;
  const rtattr kind{.rta_len = sizeof(rtattr) + 5, .rta_type = IFLA_INFO_KIND};
  info.append(reinterpret_cast<const char*>(&kind), sizeof kind);
  info.append("veth\0\0\0\0", 8);
  request.Add(IFLA_LINKINFO, info);
  request.AddNumber(IFLA_MTU, 1400);
  return static_cast<bool>(network.Do(request, name));
}

bool AddAddress(Rtnetlink& network, const std::string& name, std::string_view bytes, uint8_t family, uint8_t scope) {
  ifaddrmsg message{};
  message.ifa_family = family;
  message.ifa_prefixlen = static_cast<uint8_t>(family == AF_INET ? 24 : 64);
  message.ifa_scope = scope;
  message.ifa_index = ::if_nametoindex(name.c_str());
  NetlinkMessage request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, message);
  request.Add(IFA_LOCAL, bytes);
  request.Add(IFA_ADDRESS, bytes);
  return static_cast<bool>(network.Do(request, name));
}

const std::string kV4("\x0a\x63\x00\x02", 4);      // 10.99.0.2
const std::string kV4Link("\x0a\x63\x01\x02", 4);  // 10.99.1.2, of link scope
const std::string kV6("\xfd\x00\0\0\0\0\0\0\0\0\0\0\0\0\0\x07", 16);

// A device with addresses in the caller's network.
bool AddDevice(const std::string& name) {
  auto network = Rtnetlink::Open();
  return network && AddVeth(*network, name) && AddAddress(*network, name, kV4, AF_INET, RT_SCOPE_UNIVERSE) &&
         AddAddress(*network, name, kV4Link, AF_INET, RT_SCOPE_LINK) &&
         AddAddress(*network, name, kV6, AF_INET6, RT_SCOPE_UNIVERSE);
}

// What `ifconfig` shows in a container that has these devices, started from where a device "bt0" is.
bool RunWith(const std::map<std::string, std::string>& devices, const std::function<bool(const Outcome&)>& check) {
  if (!AddDevice("bt0") || !AddDevice("bt1")) {
    return false;
  }
  ContainerFixture fixture;
  fixture.spec.net_devices = devices;
  fixture.Script("ifconfig; ifconfig -a | grep -c MTU:1400");
  const Outcome outcome = fixture.Run();
  const bool good = check(outcome);
  if (!good) {
    std::fprintf(stderr, "%s\n%s\n", outcome.output.c_str(), outcome.failed ? outcome.failed->what : "");
  }
  return good;
}

bool Has(const Outcome& outcome, const char* text) { return outcome.output.find(text) != std::string::npos; }

TEST_CASE("network devices: moved, renamed, up, with their attributes and global addresses") {
  NEED_CONTAINERS();
  InOwnNetwork([] {
    return RunWith({{"bt0", "inside0"}, {"bt1", ""}}, [](const Outcome& outcome) {
      return !outcome.failed && Has(outcome, "inside0 ") && Has(outcome, "bt1 ") && !Has(outcome, "bt0 ") &&
             Has(outcome, "10.99.0.2") && Has(outcome, "fd00::7/64") && !Has(outcome, "10.99.1.2") &&
             outcome.output.ends_with("2\n") && ::if_nametoindex("bt0") == 0 && ::if_nametoindex("bt1") == 0;
    });
  });
}

TEST_CASE("network devices: a number of the kernel's choice in the name") {
  NEED_CONTAINERS();
  InOwnNetwork([] {
    return RunWith({{"bt0", "lan%d"}, {"bt1", "lan%d"}}, [](const Outcome& outcome) {
      return !outcome.failed && Has(outcome, "lan0 ") && Has(outcome, "lan1 ");
    });
  });
}

TEST_CASE("network devices: one that is not there, and a name that is taken") {
  NEED_CONTAINERS();
  InOwnNetwork([] {
    return RunWith({{"absent", ""}}, [](const Outcome& outcome) {
      return outcome.failed && std::string(outcome.failed->step) == "network devices" &&
             outcome.failed->errnum == ENODEV && std::string(outcome.failed->what) == "network device absent: absent";
    });
  });
  InOwnNetwork([] {
    return RunWith({{"bt0", "lo"}}, [](const Outcome& outcome) {
      return outcome.failed && outcome.failed->errnum == EEXIST &&
             std::string(outcome.failed->what) == "network device bt0: lo: the container's network has such a device" &&
             ::if_nametoindex("bt0") != 0;
    });
  });
}

}  // namespace
}  // namespace berth
