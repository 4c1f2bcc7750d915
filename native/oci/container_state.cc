#include "oci/container_state.h"

#include "base/json_text.h"

namespace berth {

std::string StringMapJson(const std::map<std::string, std::string>& texts) {
  std::string members;
  for (const auto& [key, value] : texts) {
    members += (members.empty() ? "" : ",") + JsonQuoted(key) + ":" + JsonQuoted(value);
  }
  return "{" + members + "}";
}

std::string ContainerStateJson(const ContainerState& state) {
  return "{\"ociVersion\":" + JsonQuoted(state.oci_version) + ",\"id\":" + JsonQuoted(state.id) +
         ",\"status\":" + JsonQuoted(state.status) + ",\"pid\":" + std::to_string(state.pid) +
         ",\"bundle\":" + JsonQuoted(state.bundle) + ",\"annotations\":" + StringMapJson(state.annotations) + "}";
}

}  // namespace berth
