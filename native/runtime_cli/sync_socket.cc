#include "runtime_cli/sync_socket.h"

#include <sys/socket.h>

#include "base/local_socket.h"

namespace berth {

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

Error FailureOf(const SyncMessage& message) {
  const std::string text = std::string(message.step) + ": " + message.what;
  return {message.errnum, "", text + (message.call[0] == '\0' ? "" : ": ") + message.call};
}

}  // namespace berth
