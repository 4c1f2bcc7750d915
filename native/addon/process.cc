// processAlive and namespaces: what /proc says of a process.
#include "base/process.h"

#include <sys/stat.h>

#include "addon/arguments.h"
#include "addon/failure.h"
#include "addon/functions.h"

namespace berth::addon {

namespace {

Napi::Value ProcessAliveJs(const Napi::CallbackInfo& info) {
  const auto pid = static_cast<pid_t>(Integer(info[0]));
  return Napi::Boolean::New(info.Env(), ProcessAlive(pid, static_cast<uint64_t>(Integer(info[1]))));
}

Napi::Value NamespacesJs(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::string directory = "/proc/" + std::to_string(Integer(info[0]));
  struct stat status{};
  if (::stat(directory.c_str(), &status) != 0) {
    Throw(env, Failure(Errno("stat", directory).error()));
  }
  const Napi::Object object = Napi::Object::New(env);
  for (const char* type : {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}) {
    if (::stat((directory + "/ns/" + type).c_str(), &status) == 0) {
      object.Set(type, ToJs(env, static_cast<int64_t>(status.st_ino)));
    }
  }
  return object;
}

}  // namespace

void ExportProcess(Napi::Object exports) {
  Export(exports, "processAlive", ProcessAliveJs);
  Export(exports, "namespaces", NamespacesJs);
}

}  // namespace berth::addon
