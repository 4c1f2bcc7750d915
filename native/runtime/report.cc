#include "runtime/report.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "base/unique_fd.h"

namespace berth {

namespace {

template <size_t kSize>
void CopyText(char (&field)[kSize], std::string_view text) {
  text = text.substr(0, kSize - 1);
  std::memcpy(field, text.data(), text.size());
  field[text.size()] = '\0';
}

bool Send(int sync_fd, const SyncMessage& message) {
  ssize_t sent = -1;
  do {
    sent = ::send(sync_fd, &message, sizeof message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(sizeof message);
}

Status Tell(int sync_fd, SyncType type, const char* name) {
  SyncMessage message{};
  message.type = type;
  return Send(sync_fd, message) ? Status() : Status(Errno("send", name));
}

Status Expect(int sync_fd, SyncType type, const char* name) {
  SyncMessage message{};
  ssize_t got = -1;
  do {
    got = ::recv(sync_fd, &message, sizeof message, 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    return Errno("recv", name);
  }
  if (got == 0) {
    return Fail(ECONNRESET, "recv", name);
  }
  if (got != static_cast<ssize_t>(sizeof message) || message.type != type) {
    return Fail(EPROTO, "recv", name);
  }
  return {};
}

}  // namespace

SyncMessage FailedMessage(std::string_view step, const Error& error) {
  SyncMessage message{};
  message.type = SyncType::kFailed;
  message.errnum = error.errnum;
  CopyText(message.step, step);
  CopyText(message.call, error.call);
  CopyText(message.what, error.what);
  return message;
}

void Progress::Warn(const Error& error) {
  warnings.push_back(FailedMessage(step, error));
  warnings.back().type = SyncType::kWarning;
}

void SendWarnings(int sync_fd, Progress& progress) {
  for (const SyncMessage& warning : progress.warnings) {
    Send(sync_fd, warning);
  }
  progress.warnings.clear();
}

void SendFailed(int sync_fd, const Progress& progress, const Error& error) {
  Send(sync_fd, FailedMessage(progress.step, error));
}

Status AwaitHooks(int sync_fd) {
  BERTH_TRY(Tell(sync_fd, SyncType::kMounted, "mounted"));
  return Expect(sync_fd, SyncType::kGoOn, "go on");
}

Status AwaitStart(int sync_fd) {
  BERTH_TRY(Tell(sync_fd, SyncType::kReady, "ready"));
  return Expect(sync_fd, SyncType::kStart, "start");
}

Status AwaitStarter(int sync_fd, int start_fd) {
  BERTH_TRY(Tell(sync_fd, SyncType::kReady, "ready"));
  UniqueFd starter;
  do {
    starter.Reset(::accept4(start_fd, nullptr, nullptr, SOCK_CLOEXEC));
  } while (!starter.valid() && errno == EINTR);
  if (!starter.valid()) {
    return Errno("accept", "start");
  }
  if (::dup3(starter.get(), sync_fd, O_CLOEXEC) < 0) {
    return Errno("dup3", "start");
  }
  return Expect(sync_fd, SyncType::kStart, "start");
}

}  // namespace berth
