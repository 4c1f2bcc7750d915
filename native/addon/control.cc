// control and shimAlive: the client of the shim's control socket (shim/protocol.h).
#include <fcntl.h>

#include <cstring>

#include "addon/arguments.h"
#include "addon/functions.h"
#include "addon/promise_thread.h"
#include "addon/shim_lock.h"
#include "addon/socket.h"
#include "shim/protocol.h"

namespace berth::addon {

namespace {

// For requests that the shim answers by itself. `stop` and `restart` take as long as the container does.
constexpr int kAnswerTimeoutMs = 60'000;

struct Answer {
  std::string status;
  int stream_fd = -1;  // handed over to JavaScript
};

bool TakesItsTime(const ControlRequest& request) {
  return request.type == ControlType::kStop || request.type == ControlType::kRestart;
}

Outcome<Answer> Control(const std::string& run_dir, const ControlRequest& request) {
  BERTH_ASSIGN(const UniqueFd socket, ConnectControl(run_dir));
  BERTH_TRY(SendRecord(socket.get(), {reinterpret_cast<const char*>(&request), sizeof request}));
  BERTH_ASSIGN(Record record, ReceiveRecord(socket.get(), sizeof(ControlReply) + kStatusLimit,
                                            TakesItsTime(request) ? -1 : kAnswerTimeoutMs));
  ControlReply reply;
  if (record.bytes.size() < sizeof reply) {
    return std::unexpected(Failure({ECONNRESET, "recvmsg", run_dir + "/control"}));
  }
  std::memcpy(&reply, record.bytes.data(), sizeof reply);
  if (reply.failed != 0) {
    return std::unexpected(Failure::FromRecord(reply));
  }
  return Answer{record.bytes.substr(sizeof reply, reply.status_length), record.descriptor.Release()};
}

struct Kind {
  const char* name;
  ControlType type;
};
constexpr Kind kKinds[] = {
    {"status", ControlType::kStatus}, {"stop", ControlType::kStop},     {"restart", ControlType::kRestart},
    {"kill", ControlType::kKill},     {"pause", ControlType::kPause},   {"unpause", ControlType::kUnpause},
    {"reload", ControlType::kReload}, {"attach", ControlType::kAttach},
};

ControlType TypeOf(Napi::Env env, const std::string& name) {
  for (const Kind& kind : kKinds) {
    if (name == kind.name) {
      return kind.type;
    }
  }
  Throw(env, Failure({0, "control", "internal: no request is called " + name}));
}

uint32_t AttachFlags(const Napi::Object& request) {
  return (Flag(request, "stdin") ? kAttachStdin : 0) | (Flag(request, "output") ? kAttachOutput : 0) |
         (Flag(request, "states") ? kAttachStates : 0);
}

// A request has the fields of its kind; the others are absent and keep their defaults.
ControlRequest RequestOf(Napi::Env env, const Napi::Object& from) {
  ControlRequest request;
  request.type = TypeOf(env, Text(from, "kind"));
  request.signal = static_cast<int32_t>(IntegerOr(from, "signal", 0));
  request.timeout_ms = IntegerOr(from, "timeoutMs", kFromSettings);
  request.generation = static_cast<uint64_t>(IntegerOr(from, "generation", 0));
  request.attach_flags = request.type == ControlType::kAttach ? AttachFlags(from) : 0;
  return request;
}

Napi::Value ControlJs(const Napi::CallbackInfo& info) {
  const std::string run_dir = Text(info[0]);
  const ControlRequest request = RequestOf(info.Env(), info[1].As<Napi::Object>());
  return PromiseThread<Answer>::Start(
      info.Env(), [run_dir, request] { return Control(run_dir, request); },
      [](Napi::Env env, const Answer& answer) -> Napi::Value {
        const Napi::Object object = Napi::Object::New(env);
        object.Set("status", answer.status);
        object.Set("streamFd", answer.stream_fd);
        return object;
      });
}

Napi::Value ShimAliveJs(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), ShimAlive(Text(info[0])));
}

}  // namespace

void ExportControl(Napi::Object exports) {
  Export(exports, "control", ControlJs);
  Export(exports, "shimAlive", ShimAliveJs);
}

}  // namespace berth::addon
