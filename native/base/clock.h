// Time: intervals by CLOCK_MONOTONIC, so that a stepped wall clock or a suspended host disturbs nothing; records by the wall clock.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>

namespace berth {

int64_t MonotonicMs();

// RFC 3339 in UTC with nine digits of nanoseconds. Own arithmetic: gmtime(3) reads /etc/localtime and keeps it in memory.
std::string FormatTime(const timespec& time);
std::string NowText();

}  // namespace berth
