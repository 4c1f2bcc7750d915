#include "runtime_cli/version.h"

namespace berth {

std::string VersionText() { return "berth-runtime version " BERTH_VERSION "\nspec: 1.0.2\n"; }

}  // namespace berth
