#include "shim/memory.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>

namespace berth {

void TuneAllocator() {
  // NOLINTBEGIN(concurrency-mt-unsafe): the shim has one thread
  ::mallopt(M_MMAP_THRESHOLD, 8192);
  ::mallopt(M_TRIM_THRESHOLD, 16384);
  ::mallopt(M_TOP_PAD, 0);
  // NOLINTEND(concurrency-mt-unsafe)
}

void ReleaseUnusedMemory() {
  ::malloc_trim(0);
  constexpr uintptr_t kPage = 4096;
  constexpr uintptr_t kDeepest = 256U << 10U;
  // One page is left for this call itself. Below the stack's lowest page nothing is mapped, which madvise(2) says with
  // ENOMEM after it has done the rest.
  const uintptr_t top = (reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) & ~(kPage - 1)) - kPage;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): pages are numbers here
  ::madvise(reinterpret_cast<void*>(top - kDeepest), kDeepest, MADV_DONTNEED);
}

}  // namespace berth
