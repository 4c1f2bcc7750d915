// The addon `berth_layers`: converts arguments, queues work, converts results. src/addon/layers.ts declares its surface.
#include <fcntl.h>
#include <napi.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "layer/archive.h"
#include "layer/assemble.h"
#include "layer/pack.h"
#include "layer/unpack.h"
#include "layer_addon/promise_worker.h"

namespace berth::layer_addon {

namespace {

// The results of calls that give none.
struct Nothing {};

std::string Text(const Napi::Object& options, const char* key) {
  return options.Get(key).As<Napi::String>().Utf8Value();
}

int64_t Number(const Napi::Object& options, const char* key) {
  return options.Get(key).As<Napi::Number>().Int64Value();
}

int Descriptor(const Napi::Object& options, const char* key) { return static_cast<int>(Number(options, key)); }

layer::Limits LimitsOf(const Napi::Object& options) {
  return {static_cast<uint64_t>(Number(options, "maxBytes")), static_cast<uint64_t>(Number(options, "maxRatio"))};
}

Napi::Number Count(Napi::Env env, uint64_t value) { return Napi::Number::New(env, static_cast<double>(value)); }

Napi::Value StreamToJs(Napi::Env env, const layer::StreamResult& result) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("diffId", result.diff_id);
  object.Set("size", Count(env, result.size));
  object.Set("tarBytes", Count(env, result.tar_bytes));
  return object;
}

Napi::Value UnpackToJs(Napi::Env env, const layer::UnpackResult& result) {
  const Napi::Object object = Napi::Object::New(env);
  object.Set("digest", result.digest);
  object.Set("diffId", result.diff_id);
  object.Set("size", Count(env, result.size));
  object.Set("tarBytes", Count(env, result.tar_bytes));
  object.Set("opaqueRoot", result.opaque_root);
  return object;
}

Napi::Value Unpack(const Napi::CallbackInfo& info) {
  const auto options = info[0].As<Napi::Object>();
  const layer::UnpackRequest request{
      {Descriptor(options, "fd"), Number(options, "offset"), Number(options, "length")},
      LimitsOf(options),
      Text(options, "directory"),
      Text(options, "tarSplit"),
      Text(options, "digest"),
      Text(options, "diffId"),
  };
  return PromiseWorker<layer::UnpackResult>::Queue(
      info.Env(), [request] { return layer::Unpack(request); }, UnpackToJs);
}

Napi::Value Pack(const Napi::CallbackInfo& info) {
  const auto options = info[0].As<Napi::Object>();
  const layer::PackRequest request{Text(options, "directory"), Descriptor(options, "fd"), Text(options, "tarSplit"),
                                   Number(options, "clampMtime")};
  return PromiseWorker<layer::StreamResult>::Queue(info.Env(), [request] { return layer::Pack(request); }, StreamToJs);
}

Napi::Value Assemble(const Napi::CallbackInfo& info) {
  const auto options = info[0].As<Napi::Object>();
  const layer::AssembleRequest request{Text(options, "directory"), Text(options, "tarSplit"),
                                       Descriptor(options, "fd")};
  return PromiseWorker<layer::StreamResult>::Queue(
      info.Env(), [request] { return layer::Assemble(request); }, StreamToJs);
}

const char* TypeName(layer::EntryType type) {
  switch (type) {
    case layer::EntryType::kFile:
      return "file";
    case layer::EntryType::kDirectory:
      return "directory";
    case layer::EntryType::kHardLink:
    case layer::EntryType::kSymlink:
      return "link";
    default:
      return "other";
  }
}

Napi::Value MembersToJs(Napi::Env env, const std::vector<layer::ArchiveMember>& members) {
  const Napi::Array array = Napi::Array::New(env, members.size());
  for (uint32_t i = 0; i < members.size(); i++) {
    const Napi::Object object = Napi::Object::New(env);
    object.Set("name", members[i].name);
    object.Set("type", TypeName(members[i].type));
    object.Set("link", members[i].link);
    object.Set("offset", Count(env, members[i].offset));
    object.Set("size", Count(env, members[i].size));
    array.Set(i, object);
  }
  return array;
}

Napi::Value ListArchive(const Napi::CallbackInfo& info) {
  const int fd = info[0].As<Napi::Number>().Int32Value();
  return PromiseWorker<std::vector<layer::ArchiveMember>>::Queue(
      info.Env(), [fd] { return layer::ListArchive(fd); }, MembersToJs);
}

Napi::Value Decompress(const Napi::CallbackInfo& info) {
  const auto options = info[0].As<Napi::Object>();
  const layer::FileRange range{Descriptor(options, "fd"), -1, -1};
  const layer::Limits limits = LimitsOf(options);
  const int to = Descriptor(options, "to");
  return PromiseWorker<uint64_t>::Queue(
      info.Env(), [=] { return layer::Decompress(range, limits, to); },
      [](Napi::Env env, const uint64_t& bytes) -> Napi::Value { return Count(env, bytes); });
}

Result<Nothing> SyncNow(int fd) {
  if (::syncfs(fd) != 0) {
    return Errno("syncfs", "image store");
  }
  return Nothing{};
}

Napi::Value SyncFileSystem(const Napi::CallbackInfo& info) {
  const int fd = info[0].As<Napi::Number>().Int32Value();
  return PromiseWorker<Nothing>::Queue(
      info.Env(), [fd] { return SyncNow(fd); },
      [](Napi::Env env, const Nothing&) -> Napi::Value { return env.Undefined(); });
}

Result<Nothing> RemoveTreeNow(const std::string& path) {
  BERTH_TRY(RemoveTreeAt(AT_FDCWD, path));
  return Nothing{};
}

Napi::Value RemoveTree(const Napi::CallbackInfo& info) {
  const std::string path = info[0].As<Napi::String>().Utf8Value();
  return PromiseWorker<Nothing>::Queue(
      info.Env(), [path] { return RemoveTreeNow(path); },
      [](Napi::Env env, const Nothing&) -> Napi::Value { return env.Undefined(); });
}

Napi::Value TarSize(const Napi::CallbackInfo& info) {
  const std::string path = info[0].As<Napi::String>().Utf8Value();
  return PromiseWorker<uint64_t>::Queue(
      info.Env(), [path] { return layer::TarSize(path); },
      [](Napi::Env env, const uint64_t& bytes) -> Napi::Value { return Count(env, bytes); });
}

Napi::Value TryLock(const Napi::CallbackInfo& info) {
  const std::string path = info[0].As<Napi::String>().Utf8Value();
  auto lock = TryLockFile(path, info[1].As<Napi::Boolean>().Value());
  if (lock) {
    return Napi::Number::New(info.Env(), lock->Release());
  }
  if (lock.error().errnum == EWOULDBLOCK) {
    return Napi::Number::New(info.Env(), -1);
  }
  throw Napi::Error(info.Env(), ToJsError(info.Env(), lock.error()));
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("unpack", Napi::Function::New(env, Unpack));
  exports.Set("pack", Napi::Function::New(env, Pack));
  exports.Set("assemble", Napi::Function::New(env, Assemble));
  exports.Set("listArchive", Napi::Function::New(env, ListArchive));
  exports.Set("decompress", Napi::Function::New(env, Decompress));
  exports.Set("syncFileSystem", Napi::Function::New(env, SyncFileSystem));
  exports.Set("tarSize", Napi::Function::New(env, TarSize));
  exports.Set("removeTree", Napi::Function::New(env, RemoveTree));
  exports.Set("tryLock", Napi::Function::New(env, TryLock));
  return exports;
}

}  // namespace

}  // namespace berth::layer_addon

// The macro declares a function in the global namespace.
static Napi::Object InitModule(Napi::Env env, Napi::Object exports) { return berth::layer_addon::Init(env, exports); }
NODE_API_MODULE(berth_layers, InitModule)
