#pragma once

#include <doctest/doctest.h>

#include <cstdio>

// Leaves a test case that this host cannot run, and says why. scripts/test-native.sh counts these lines as skipped.
#define BERTH_SKIP(reason)                                                                       \
  do {                                                                                           \
    std::printf("skipped: %s: %s\n", doctest::getContextOptions()->currentTest->m_name, reason); \
    return;                                                                                      \
  } while (false)
