// Rules that are laid out by numbers as classic BPF.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "seccomp/rules.h"

namespace berth {

// A test of the machine (a foreign one is killed), then for each a binary search over ranges of numbers, whose leaves are
// results or comparisons of arguments. The search uses only instructions that the kernel can foresee when it loads the
// program: calls that are always allowed are then not filtered at all.
std::vector<sock_filter> ProgramOf(const SeccompRules& rules);

}  // namespace berth
