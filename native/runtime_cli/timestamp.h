#pragma once

#include <string>

namespace berth {

// Now, in UTC and as RFC 3339: "2026-01-31T12:00:00.123456789Z".
std::string Timestamp();

}  // namespace berth
