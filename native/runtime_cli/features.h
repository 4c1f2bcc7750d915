#pragma once

#include <string>

namespace berth {

// The specification's features structure (features.md, features-linux.md), on one line: for each word that the
// specification knows, whether the readers of config.json take it. Nothing is listed that they would refuse.
std::string FeaturesJson();

}  // namespace berth
