#pragma once

#include "base/result.h"

namespace berth {

// Sets the interface "lo" of the caller's network namespace up.
Status SetLoopbackUp();

}  // namespace berth
