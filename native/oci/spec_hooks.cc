#include "oci/spec_parts.h"

namespace berth {

namespace {

// A timeout in seconds that a clock in milliseconds can hold.
constexpr uint64_t kMostSeconds = INT32_MAX;

void ReadList(JsonObject& object, const char* kind, std::vector<Hook>& hooks) {
  object.Objects(kind, [&hooks](JsonObject& entry) {
    Hook hook;
    hook.path = entry.RequiredString("path");
    RequireAbsolute(entry, "path", hook.path);
    hook.args = entry.Strings("args");
    hook.env = entry.Strings("env");
    CheckEnvironment(entry, hook.env);
    hook.timeout_seconds = entry.Unsigned("timeout", kMostSeconds);
    if (hook.timeout_seconds == 0) {
      entry.Problem("timeout", "expected a number above 0");
    }
    hooks.push_back(std::move(hook));
  });
}

}  // namespace

void ReadHooks(JsonObject& object, Hooks& hooks) {
  ReadList(object, "prestart", hooks.prestart);
  ReadList(object, "createRuntime", hooks.create_runtime);
  ReadList(object, "createContainer", hooks.create_container);
  ReadList(object, "startContainer", hooks.start_container);
  ReadList(object, "poststart", hooks.poststart);
  ReadList(object, "poststop", hooks.poststop);
}

}  // namespace berth
