// Assertions of tests that start containers.
#pragma once

#include <doctest/doctest.h>

#include <cstring>

#include "support/skip.h"

#define REQUIRE_STARTED(outcome)                                                                      \
  REQUIRE_MESSAGE(!(outcome).failed, (outcome).failed->step << ": " << (outcome).failed->call << ": " \
                                                            << (outcome).failed->what << ": "         \
                                                            << std::strerror((outcome).failed->errnum))

#define NEED_CONTAINERS()                                            \
  if (const char* reason = berth::ContainerFixture::Unavailable()) { \
    BERTH_SKIP(reason);                                              \
  }
