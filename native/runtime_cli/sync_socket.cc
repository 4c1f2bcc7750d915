#include "runtime_cli/sync_socket.h"

#include <sys/socket.h>

#include <cstring>

#include "base/local_socket.h"
#include "runtime_cli/log.h"

namespace berth {

namespace {

// Ends in NUL where we have sent it; a record may have come from elsewhere.
template <size_t kSize>
std::string TextOf(const char (&field)[kSize]) {
  return {field, ::strnlen(field, kSize)};
}

}  // namespace

Status SendSync(int socket, SyncType type) {
  SyncMessage message;
  message.type = type;
  return SendWithDescriptors(socket, {reinterpret_cast<const char*>(&message), sizeof message}, {}, MSG_NOSIGNAL);
}

Result<std::optional<SyncMessage>> ReceiveSync(int socket) {
  SyncMessage message;
  BERTH_ASSIGN(const ReceivedRecord record, ReceiveWithDescriptors(socket, &message, sizeof message, 0));
  return record.size == sizeof message ? std::optional(message) : std::nullopt;
}

Result<std::optional<SyncMessage>> ReceiveAndWarn(int socket, const Arguments& arguments) {
  BERTH_ASSIGN(std::optional<SyncMessage> message, ReceiveSync(socket));
  while (message && message->type == SyncType::kWarning) {
    Warn(arguments, ErrorText(FailureOf(*message)));
    BERTH_ASSIGN(message, ReceiveSync(socket));
  }
  return message;
}

Error FailureOf(const SyncMessage& message) {
  const std::string text = TextOf(message.step) + ": " + TextOf(message.what);
  return {message.errnum, "", text + (message.call[0] == '\0' ? "" : ": ") + TextOf(message.call)};
}

}  // namespace berth
