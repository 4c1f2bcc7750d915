// startContainer and exec: the addon's side of the start protocol (shim/protocol.h).
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cctype>
#include <cstring>
#include <functional>

#include "addon/arguments.h"
#include "addon/functions.h"
#include "addon/promise_thread.h"
#include "addon/socket.h"
#include "addon/spawn.h"
#include "addon/zygote.h"
#include "base/file.h"
#include "shim/protocol.h"

namespace berth::addon {

namespace {

struct StartRequest {
  std::string shim_path;
  std::string container_dir;
  std::string run_dir;
  bool attach = false;
  std::string process;  // exec only: the OCI process object
};

struct Started {
  int pid = 0;
  uint64_t start_time = 0;
  pid_t shim_pid = 0;
  int stream_fd = -1;  // handed over to JavaScript
  std::vector<std::string> warnings;
};

// What the shim is handed, and the addon's ends of it.
struct Channels {
  UniqueFd sync;
  UniqueFd stream;
  std::vector<UniqueFd> theirs;  // in the order of protocol.h

  [[nodiscard]] std::vector<int> Numbers() const {
    std::vector<int> numbers;
    numbers.reserve(theirs.size());
    for (const UniqueFd& fd : theirs) {
      numbers.push_back(fd.get());
    }
    return numbers;
  }
};

Result<Channels> OpenChannels(const StartRequest& request) {
  Channels channels;
  BERTH_ASSIGN(SocketPair sync, MakeSocketPair(SOCK_SEQPACKET));
  channels.sync = std::move(sync.ours);
  channels.theirs.push_back(std::move(sync.theirs));
  for (const std::string& directory : {request.container_dir, request.run_dir}) {
    BERTH_ASSIGN(UniqueFd fd, OpenAt(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY));
    channels.theirs.push_back(std::move(fd));
  }
  if (request.attach) {
    BERTH_ASSIGN(SocketPair stream, MakeSocketPair(SOCK_STREAM));
    channels.stream = std::move(stream.ours);
    channels.theirs.push_back(std::move(stream.theirs));
  }
  return channels;
}

Result<UniqueFd> ProcessFile(const std::string& process) {
  UniqueFd fd(::memfd_create("process", MFD_CLOEXEC));
  if (!fd.valid()) {
    return Errno("memfd_create", "process");
  }
  BERTH_TRY(WriteAll(fd.get(), process, "process"));
  return fd;
}

// "oom_score_adj: /proc/self/oom_score_adj: permission denied"
std::string WarningText(const SyncMessage& warning) {
  const std::string text = std::string(warning.step) + ": " + warning.what;
  if (warning.errnum == 0) {
    return text;
  }
  std::string reason = std::strerror(warning.errnum);
  reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  return text + ": " + reason;
}

// The next record of the start protocol. `gone` tells what has become of a shim that has closed without a word.
Outcome<SyncMessage> Receive(int sync_fd, const std::function<std::string()>& gone) {
  BERTH_ASSIGN(const Record record, ReceiveRecord(sync_fd, sizeof(SyncMessage), -1));
  SyncMessage message;
  if (record.bytes.size() != sizeof message) {
    return std::unexpected(Failure({0, "start", gone()}, "shim"));
  }
  std::memcpy(&message, record.bytes.data(), sizeof message);
  return message;
}

// The same, which must be of the type `wanted`. Warnings before it are kept.
Outcome<SyncMessage> Expect(int sync_fd, SyncType wanted, const std::function<std::string()>& gone,
                            std::vector<std::string>& warnings) {
  BERTH_ASSIGN(SyncMessage message, Receive(sync_fd, gone));
  while (message.type == SyncType::kWarning) {
    warnings.push_back(WarningText(message));
    BERTH_ASSIGN(message, Receive(sync_fd, gone));
  }
  if (message.type == SyncType::kFailed) {
    return std::unexpected(Failure::FromRecord(message));
  }
  if (message.type != wanted) {
    return std::unexpected(Failure({EPROTO, "recv", "berth-shim"}, "shim"));
  }
  return message;
}

std::string ContainerId(const StartRequest& request) {
  return request.container_dir.substr(request.container_dir.rfind('/') + 1);
}

Outcome<Started> StartContainer(const StartRequest& request) {
  BERTH_ASSIGN(Channels channels, OpenChannels(request));
  BERTH_TRY(RequestShim(request.shim_path, ContainerId(request), channels.Numbers()));
  channels.theirs.clear();
  const int sync_fd = channels.sync.get();
  const auto gone = [] { return std::string("berth-shim has gone"); };
  std::vector<std::string> warnings;
  BERTH_ASSIGN(const SyncMessage created, Expect(sync_fd, SyncType::kCreated, gone, warnings));
  SyncMessage start;
  start.type = SyncType::kStart;
  // A shim that has gone shows by the end of the socket.
  (void)SendRecord(sync_fd, {reinterpret_cast<const char*>(&start), sizeof start});
  BERTH_TRY(Expect(sync_fd, SyncType::kStarted, gone, warnings));
  return Started{created.pid, created.start_time, created.shim_pid, channels.stream.Release(), std::move(warnings)};
}

Outcome<Started> Exec(const StartRequest& request) {
  ReapShims();
  BERTH_ASSIGN(Channels channels, OpenChannels(request));
  if (!channels.stream.valid()) {
    BERTH_ASSIGN(UniqueFd null, OpenAt(AT_FDCWD, "/dev/null", O_RDWR));
    channels.theirs.push_back(std::move(null));
  }
  BERTH_ASSIGN(UniqueFd process, ProcessFile(request.process));
  channels.theirs.push_back(std::move(process));
  const std::string id = ContainerId(request);
  BERTH_ASSIGN(const pid_t shim_pid, SpawnShim({request.shim_path, "exec", id, channels.Numbers()}));
  channels.theirs.clear();
  const int sync_fd = channels.sync.get();
  const auto gone = [shim_pid] { return AwaitShim(shim_pid); };
  std::vector<std::string> warnings;  // the container's start has told the same
  BERTH_ASSIGN(const SyncMessage created, Expect(sync_fd, SyncType::kCreated, gone, warnings));
  BERTH_TRY(Expect(sync_fd, SyncType::kStarted, gone, warnings));
  return Started{created.pid, created.start_time, shim_pid, channels.stream.Release(), {}};
}

Napi::Value Texts(Napi::Env env, const std::vector<std::string>& texts) {
  const Napi::Array array = Napi::Array::New(env, texts.size());
  for (uint32_t i = 0; i < texts.size(); ++i) {
    array.Set(i, texts[i]);
  }
  return array;
}

StartRequest RequestOf(const Napi::Object& options) {
  StartRequest request;
  request.shim_path = Text(options, "shimPath");
  request.container_dir = Text(options, "containerDir");
  request.run_dir = Text(options, "runDir");
  return request;
}

Napi::Value StartContainerJs(const Napi::CallbackInfo& info) {
  const auto options = info[0].As<Napi::Object>();
  StartRequest request = RequestOf(options);
  request.attach = Flag(options, "attach");
  return PromiseThread<Started>::Start(
      info.Env(), [request] { return StartContainer(request); },
      [](Napi::Env env, const Started& started) -> Napi::Value {
        const Napi::Object object = Napi::Object::New(env);
        object.Set("pid", started.pid);
        object.Set("startTime", ToJs(env, static_cast<int64_t>(started.start_time)));
        object.Set("shimPid", started.shim_pid);
        object.Set("streamFd", started.stream_fd);
        object.Set("warnings", Texts(env, started.warnings));
        return object;
      });
}

Napi::Value ExecJs(const Napi::CallbackInfo& info) {
  const auto options = info[0].As<Napi::Object>();
  StartRequest request = RequestOf(options);
  request.attach = !Flag(options, "detach");
  request.process = Text(options, "process");
  return PromiseThread<Started>::Start(
      info.Env(), [request] { return Exec(request); },
      [](Napi::Env env, const Started& started) -> Napi::Value {
        const Napi::Object object = Napi::Object::New(env);
        object.Set("pid", started.pid);
        object.Set("streamFd", started.stream_fd);
        return object;
      });
}

}  // namespace

void ExportStart(Napi::Object exports) {
  Export(exports, "startContainer", StartContainerJs);
  Export(exports, "exec", ExecJs);
}

}  // namespace berth::addon
