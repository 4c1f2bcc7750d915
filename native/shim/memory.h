// Keeping the resident shim small: what a burst of work has touched goes back to the kernel.
#pragma once

#include <string>

namespace berth {

// Large blocks come from mmap and go back when they are freed; the heap grows by what is asked for. To be called first.
void TuneAllocator();

// Empties a text and frees its memory. Assigning an empty string would keep the memory.
inline void ReleaseText(std::string& text) { std::string().swap(text); }

// Gives back free heap and the pages of the stack below the caller.
void ReleaseUnusedMemory();

}  // namespace berth
