#include "runtime/rtnetlink.h"

#include <sys/socket.h>

namespace berth {

namespace {

constexpr size_t kBufferSize = 32768;  // the kernel fills no more of a list into one datagram

constexpr size_t Aligned(size_t size) { return (size + 3) & ~size_t{3}; }

std::map<uint16_t, std::string> Attributes(std::string_view bytes) {
  std::map<uint16_t, std::string> attributes;
  rtattr header{};
  while (bytes.size() >= sizeof header) {
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.rta_len < sizeof header || header.rta_len > bytes.size()) {
      break;
    }
    attributes[header.rta_type & NLA_TYPE_MASK] = bytes.substr(sizeof header, header.rta_len - sizeof header);
    bytes.remove_prefix(std::min(Aligned(header.rta_len), bytes.size()));
  }
  return attributes;
}

}  // namespace

void NetlinkMessage::Append(const void* bytes, size_t size) {
  payload_.append(static_cast<const char*>(bytes), size);
  payload_.resize(Aligned(payload_.size()));
}

void NetlinkMessage::Add(uint16_t attribute, std::string_view bytes) {
  const rtattr header{.rta_len = static_cast<uint16_t>(sizeof(rtattr) + bytes.size()), .rta_type = attribute};
  payload_.append(reinterpret_cast<const char*>(&header), sizeof header);
  Append(bytes.data(), bytes.size());
}

void NetlinkMessage::AddText(uint16_t attribute, const std::string& text) {
  Add(attribute, std::string_view(text.c_str(), text.size() + 1));
}

void NetlinkMessage::AddNumber(uint16_t attribute, uint32_t number) {
  Add(attribute, std::string_view(reinterpret_cast<const char*>(&number), sizeof number));
}

Result<Rtnetlink> Rtnetlink::Open() {
  UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket.valid()) {
    return Errno("socket", "AF_NETLINK");
  }
  return Rtnetlink(std::move(socket));
}

Status Rtnetlink::Send(const NetlinkMessage& request, uint16_t flags, const std::string& what) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(sizeof header + request.payload_.size());
  header.nlmsg_type = request.type_;
  header.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | request.flags_ | flags);
  header.nlmsg_seq = ++sequence_;
  const std::string bytes = std::string(reinterpret_cast<const char*>(&header), sizeof header) + request.payload_;
  return ::send(socket_.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size())
             ? Status()
             : Status(Errno("send", what));
}

// Up to the message that ends the answer: an acknowledgement, an error, or the end of a list.
Status Rtnetlink::Receive(const std::string& what, const std::function<void(const nlmsghdr&, std::string_view)>& take) {
  std::string buffer(kBufferSize, '\0');
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0) {
      return Errno("recv", what);
    }
    std::string_view rest(buffer.data(), static_cast<size_t>(got));
    nlmsghdr header{};
    while (rest.size() >= sizeof header) {
      std::memcpy(&header, rest.data(), sizeof header);
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size()) {
        return Fail(EPROTO, "recv", what);
      }
      const std::string_view payload = rest.substr(sizeof header, header.nlmsg_len - sizeof header);
      rest.remove_prefix(std::min(Aligned(header.nlmsg_len), rest.size()));
      if (header.nlmsg_seq != sequence_) {
        continue;
      }
      if (header.nlmsg_type == NLMSG_DONE) {
        return {};
      }
      if (header.nlmsg_type == NLMSG_ERROR) {
        int error = 0;
        std::memcpy(&error, payload.data(), std::min(payload.size(), sizeof error));
        return error == 0 ? Status() : Status(Fail(-error, "rtnetlink", what));
      }
      take(header, payload);
      if ((header.nlmsg_flags & NLM_F_MULTI) == 0) {
        return {};
      }
    }
  }
}

Status Rtnetlink::Do(const NetlinkMessage& request, const std::string& what) {
  BERTH_TRY(Send(request, NLM_F_ACK, what));
  return Receive(what, [](const nlmsghdr&, std::string_view) {});
}

Result<std::vector<NetlinkReply>> Rtnetlink::Ask(const NetlinkMessage& request, size_t body_size,
                                                 const std::string& what) {
  BERTH_TRY(Send(request, 0, what));
  std::vector<NetlinkReply> replies;
  BERTH_TRY(Receive(what, [&](const nlmsghdr&, std::string_view payload) {
    const size_t size = std::min(Aligned(body_size), payload.size());
    replies.push_back({.body = std::string(payload.substr(0, size)), .attributes = Attributes(payload.substr(size))});
  }));
  return replies;
}

}  // namespace berth
