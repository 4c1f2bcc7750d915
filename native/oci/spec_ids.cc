#include <algorithm>
#include <cstdint>
#include <utility>

#include "oci/spec_parts.h"

namespace berth {

namespace {

constexpr size_t kMostMappings = 340;  // user_namespaces(7)

bool Overlap(uint32_t begin, uint32_t other, const IdMapping& mapping, const IdMapping& with) {
  return uint64_t{begin} < uint64_t{other} + with.size && uint64_t{other} < uint64_t{begin} + mapping.size;
}

bool Overlap(const IdMapping& mapping, const IdMapping& with) {
  return Overlap(mapping.container_id, with.container_id, mapping, with) ||
         Overlap(mapping.host_id, with.host_id, mapping, with);
}

void ReadMapping(JsonObject& object, std::vector<IdMapping>& mappings) {
  const IdMapping mapping{.container_id = object.UnsignedAs<uint32_t>("containerID", kMaxId).value_or(0),
                          .host_id = object.UnsignedAs<uint32_t>("hostID", kMaxId).value_or(0),
                          .size = object.UnsignedAs<uint32_t>("size", kMaxId).value_or(0)};
  const uint64_t last = uint64_t{std::max(mapping.container_id, mapping.host_id)} + mapping.size;
  if (mapping.size == 0 || last > uint64_t{kMaxId} + 1) {
    object.Problem("size", "expected at least 1, and ids up to " + std::to_string(kMaxId));
  }
  if (std::ranges::any_of(mappings, [&mapping](const IdMapping& other) { return Overlap(mapping, other); })) {
    object.Problem("size", "ids are mapped twice");
  }
  mappings.push_back(mapping);
}

void ReadMappings(JsonObject& object, const char* key, std::vector<IdMapping>& mappings) {
  object.Objects(key, [&mappings](JsonObject& mapping) { ReadMapping(mapping, mappings); });
  if (mappings.size() > kMostMappings) {
    object.Problem(key, "expected at most " + std::to_string(kMostMappings) + " mappings");
  }
}

}  // namespace

void ReadIdMappings(JsonObject& object, IdMappings& ids) {
  ReadMappings(object, "uidMappings", ids.uids);
  ReadMappings(object, "gidMappings", ids.gids);
  if (ids.uids.empty() != ids.gids.empty()) {
    object.Problem(ids.uids.empty() ? "uidMappings" : "gidMappings", "is missing beside the other one");
  }
}

}  // namespace berth
