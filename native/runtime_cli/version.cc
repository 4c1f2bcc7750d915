#include "runtime_cli/version.h"

namespace berth {

std::string VersionText() {
  return std::string("berth-runtime version " BERTH_VERSION "\nspec: ") + kSpecVersion + "\n";
}

}  // namespace berth
