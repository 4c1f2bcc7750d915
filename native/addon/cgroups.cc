// cgroupHost, cgroupUsage, cgroupDifferences and cgroupUnsupported: what the kernel holds, read at once.
#include "addon/arguments.h"
#include "addon/failure.h"
#include "addon/functions.h"
#include "addon/host.h"

namespace berth::addon {

namespace {

template <typename T>
T OrThrow(Napi::Env env, Result<T> result) {
  if (!result) {
    Throw(env, result.error());
  }
  return *std::move(result);
}

const CgroupHost& HostOrThrow(Napi::Env env) {
  if (!Host()) {
    Throw(env, Host().error());
  }
  return *Host();
}

const char* Layout(const CgroupHost& host) {
  if (host.unified.empty()) {
    return "v1";
  }
  return host.has_v1 ? "hybrid" : "v2";
}

Napi::Value CgroupHostJs(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const CgroupHost& host = HostOrThrow(env);
  const Napi::Array controllers = Napi::Array::New(env, host.controllers.size());
  for (uint32_t i = 0; i < host.controllers.size(); ++i) {
    const Controller& controller = host.controllers[i];
    const Napi::Object object = Napi::Object::New(env);
    object.Set("name", controller.name);
    object.Set("version", static_cast<int>(controller.version));
    object.Set("hierarchy", controller.hierarchy);
    object.Set("mountPoint", controller.mount_point);
    controllers.Set(i, object);
  }
  const Napi::Object object = Napi::Object::New(env);
  object.Set("layout", Layout(host));
  object.Set("controllers", controllers);
  object.Set("unified", host.unified);
  return object;
}

// -1 stands for "not measured".
Napi::Value Figure(Napi::Env env, int64_t value) { return value < 0 ? env.Null() : Napi::Value(ToJs(env, value)); }

Napi::Value CgroupUsageJs(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const CgroupUsage usage = ReadUsage(HostOrThrow(env), Text(info[0]));
  const Napi::Object object = Napi::Object::New(env);
  object.Set("exists", usage.exists);
  object.Set("processes", usage.processes);
  object.Set("pids", Figure(env, usage.pids));
  object.Set("pidsLimit", Figure(env, usage.pids_limit));
  object.Set("memory", Figure(env, usage.memory));
  object.Set("memoryPeak", Figure(env, usage.memory_peak));
  object.Set("memoryLimit", Figure(env, usage.memory_limit));
  object.Set("cpuNs", Figure(env, usage.cpu_ns));
  object.Set("cpuQuotaUs", Figure(env, usage.cpu_quota_us));
  object.Set("cpuPeriodUs", Figure(env, usage.cpu_period_us));
  object.Set("oomKills", Figure(env, usage.oom_kills));
  object.Set("frozen", usage.frozen);
  return object;
}

Napi::Value CgroupDifferencesJs(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const LinuxResources resources = OrThrow(env, ParseResources(Text(info[1])));
  const auto differences = OrThrow(env, Differences(HostOrThrow(env), Text(info[0]), resources));
  const Napi::Array array = Napi::Array::New(env, differences.size());
  for (uint32_t i = 0; i < differences.size(); ++i) {
    const Napi::Object object = Napi::Object::New(env);
    object.Set("controller", differences[i].controller);
    object.Set("file", differences[i].file);
    object.Set("expected", differences[i].expected);
    object.Set("actual", differences[i].actual);
    array.Set(i, object);
  }
  return array;
}

Napi::Value CgroupUnsupportedJs(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const LinuxResources resources = OrThrow(env, ParseResources(Text(info[0])));
  const auto unsupported = UnsupportedResources(HostOrThrow(env), resources);
  const Napi::Array array = Napi::Array::New(env, unsupported.size());
  for (uint32_t i = 0; i < unsupported.size(); ++i) {
    const Napi::Object object = Napi::Object::New(env);
    object.Set("controller", unsupported[i].controller);
    object.Set("reason", unsupported[i].reason);
    array.Set(i, object);
  }
  return array;
}

}  // namespace

void ExportCgroups(Napi::Object exports) {
  Export(exports, "cgroupHost", CgroupHostJs);
  Export(exports, "cgroupUsage", CgroupUsageJs);
  Export(exports, "cgroupDifferences", CgroupDifferencesJs);
  Export(exports, "cgroupUnsupported", CgroupUnsupportedJs);
}

}  // namespace berth::addon
