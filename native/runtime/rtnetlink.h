// The kernel's network configuration by rtnetlink(7): requests that are acknowledged, and lists.
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace berth {

// A message: the body that belongs to its type, then attributes.
class NetlinkMessage {
 public:
  template <typename Body>
  NetlinkMessage(uint16_t type, uint16_t flags, const Body& body) : type_(type), flags_(flags) {
    Append(&body, sizeof body);
  }
  void Add(uint16_t attribute, std::string_view bytes);
  void AddText(uint16_t attribute, const std::string& text);  // with its NUL
  void AddNumber(uint16_t attribute, uint32_t number);

 private:
  friend class Rtnetlink;
  void Append(const void* bytes, size_t size);

  uint16_t type_;
  uint16_t flags_;
  std::string payload_;
};

// A message that came: its body, and its attributes by type, with the bytes of each.
struct NetlinkReply {
  std::string body;
  std::map<uint16_t, std::string> attributes;

  // The body as what belongs to the type of the request.
  template <typename Body>
  [[nodiscard]] Body As() const {
    Body value{};
    std::memcpy(&value, body.data(), body.size() < sizeof value ? body.size() : sizeof value);
    return value;
  }
};

// A socket of the network namespace that the caller is in; it stays one when the caller leaves.
class Rtnetlink {
 public:
  static Result<Rtnetlink> Open();

  // Has the kernel do something. `what` is the object, for the error.
  Status Do(const NetlinkMessage& request, const std::string& what);
  // All that the kernel answers: one message, or with NLM_F_DUMP a list. `body_size` is that of the answers' bodies.
  Result<std::vector<NetlinkReply>> Ask(const NetlinkMessage& request, size_t body_size, const std::string& what);

 private:
  explicit Rtnetlink(UniqueFd socket) : socket_(std::move(socket)) {}
  Status Send(const NetlinkMessage& request, uint16_t flags, const std::string& what);
  Status Receive(const std::string& what, const std::function<void(const nlmsghdr&, std::string_view)>& take);

  UniqueFd socket_;
  uint32_t sequence_ = 0;
};

}  // namespace berth
