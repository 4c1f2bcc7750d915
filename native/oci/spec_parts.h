// Readers of the parts of config.json; inside of native/oci only.
#pragma once

#include "oci/json.h"
#include "oci/spec.h"

namespace berth {

inline constexpr uint32_t kMaxId = UINT32_MAX - 1;  // the highest number means "no id"

void ReadProcess(JsonObject& object, Process& process);
void ReadLinux(JsonObject& object, RuntimeSpec& spec);
void ReadResources(JsonObject& object, LinuxResources& resources);
void ReadHooks(JsonObject& object, Hooks& hooks);
void ReadSeccomp(JsonObject& object, Seccomp& seccomp);
void ReadIoPriority(JsonObject& object, IoPriority& priority);
void ReadScheduler(JsonObject& object, Scheduler& scheduler);
void ReadExecCpuAffinity(JsonObject& object, ExecCpuAffinity& affinity);
void ReadMemoryPolicy(JsonObject& object, MemoryPolicy& policy);
void ReadPersonality(JsonObject& object, uint32_t& domain);

// "uidMappings" and "gidMappings": both or neither.
void ReadIdMappings(JsonObject& object, IdMappings& ids);

// Says so where `path` does not start at the root.
void RequireAbsolute(JsonObject& object, const char* key, const std::string& path);

// Says so of the first variable that is not NAME=value.
void CheckEnvironment(JsonObject& object, const std::vector<std::string>& env);

// A device type of the specification: one letter of `allowed`; 'u' is another name of 'c'.
char ReadDeviceType(JsonObject& object, const char* allowed, char absent);

}  // namespace berth
