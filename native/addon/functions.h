// The functions of the addon by group, for main.cc. src/addon/addon.ts says what each does.
#pragma once

#include <napi.h>

namespace berth::addon {

void ExportStart(Napi::Object exports);      // startContainer, exec
void ExportControl(Napi::Object exports);    // control, shimAlive
void ExportRemove(Napi::Object exports);     // removeContainer, removeStackCgroup
void ExportCgroups(Napi::Object exports);    // cgroupHost, cgroupUsage, cgroupDifferences, cgroupUnsupported
void ExportProcess(Napi::Object exports);    // processAlive, namespaces
void ExportTerminal(Napi::Object exports);   // rawTerminal, restoreTerminal
void ExportLock(Napi::Object exports);       // lockFile
void ExportDirectory(Napi::Object exports);  // spreadSubdirectories

template <typename Function>
void Export(Napi::Object exports, const char* name, Function function) {
  exports.Set(name, Napi::Function::New(exports.Env(), function, name));
}

}  // namespace berth::addon
