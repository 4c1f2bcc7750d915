// Capability names as the specification writes them ("CAP_NET_RAW").
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace berth {

// All of them, in the order of linux/capability.h.
std::span<const std::string_view> CapabilityNames();

// The capability's number in linux/capability.h, or nothing for an unknown name.
std::optional<int> CapabilityNumber(std::string_view name);

// The name of a capability, or its number where it is newer than the names here.
std::string CapabilityName(int number);

}  // namespace berth
