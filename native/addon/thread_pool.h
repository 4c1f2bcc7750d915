// Threads for calls that wait: as many as there are calls at once, each kept for the next one.
//
// Not the pool of libuv: its four threads are soon taken by calls that wait for a container to stop, and then file system
// calls of Node would wait, too.
#pragma once

#include <functional>

namespace berth::addon {

// Runs `work` on a thread that is idle, or on a new one.
void RunOnThread(std::function<void()> work);

}  // namespace berth::addon
