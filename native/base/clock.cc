#include "base/clock.h"

#include <cstdio>

namespace berth {

namespace {

struct Date {
  int64_t year;
  int month;
  int day;
};

// Days since 1970-01-01 to a date of the proleptic Gregorian calendar. Years begin in March, so that the leap day is
// the last of its year; an era is the 400 years after which the calendar repeats.
Date DateOf(int64_t days) {
  constexpr int64_t kDaysPerEra = 146097;
  constexpr int64_t kEpochFromMarchZero = 719468;
  const int64_t shifted = days + kEpochFromMarchZero;
  const int64_t era = (shifted >= 0 ? shifted : shifted - kDaysPerEra + 1) / kDaysPerEra;
  const int64_t day_of_era = shifted - era * kDaysPerEra;
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const int month = static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

}  // namespace

int64_t MonotonicMs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

std::string FormatTime(const timespec& time) {
  constexpr int64_t kSecondsPerDay = 86400;
  const int64_t seconds = time.tv_sec;
  const int64_t days = (seconds >= 0 ? seconds : seconds - kSecondsPerDay + 1) / kSecondsPerDay;
  const int64_t rest = seconds - days * kSecondsPerDay;
  const Date date = DateOf(days);
  char text[64];
  const int length =
      std::snprintf(text, sizeof text, "%04lld-%02d-%02dT%02d:%02d:%02d.%09ldZ", static_cast<long long>(date.year),
                    date.month, date.day, static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60),
                    static_cast<int>(rest % 60), time.tv_nsec);
  return {text, static_cast<size_t>(length)};
}

std::string NowText() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return FormatTime(now);
}

}  // namespace berth
