// The addon `berth`: converts arguments, queues work, converts results. src/addon/addon.ts declares its surface.
#include <napi.h>

#include "addon/functions.h"

// The macro below calls it by this name.
// NOLINTNEXTLINE(misc-use-anonymous-namespace)
static Napi::Object InitModule(Napi::Env, Napi::Object exports) {
  berth::addon::ExportStart(exports);
  berth::addon::ExportControl(exports);
  berth::addon::ExportRemove(exports);
  berth::addon::ExportCgroups(exports);
  berth::addon::ExportProcess(exports);
  berth::addon::ExportTerminal(exports);
  berth::addon::ExportLock(exports);
  berth::addon::ExportDirectory(exports);
  return exports;
}
NODE_API_MODULE(berth, InitModule)
