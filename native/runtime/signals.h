#pragma once

namespace berth {

// Default handling of every signal and an empty mask, as a program expects to be executed with.
void SetDefaultSignals();

}  // namespace berth
