// What an archive of layers holds, and plain copies of compressed ones.
#pragma once

#include <functional>

#include "layer/decoder.h"
#include "layer/tar_entry.h"

namespace berth::layer {

struct ArchiveMember {
  std::string name;
  std::string link;
  EntryType type = EntryType::kFile;
  uint64_t offset = 0;  // of the payload
  uint64_t size = 0;
};

// The members of an uncompressed tar file, in order. Payloads are passed over, not read.
Result<std::vector<ArchiveMember>> ListArchive(int fd);

// Copies data, decompressed, to `to`; says how many bytes.
Result<uint64_t> Decompress(FileRange range, Limits limits, int to);

}  // namespace berth::layer
