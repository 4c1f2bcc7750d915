// One member of a tar archive, whatever dialect (v7, ustar, GNU, pax) described it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <string>
#include <utility>
#include <vector>

namespace berth::layer {

enum class EntryType : uint8_t { kFile, kDirectory, kSymlink, kHardLink, kCharDevice, kBlockDevice, kFifo };

// Bytes of a sparse file that are there; all others are holes.
struct SparsePiece {
  uint64_t offset = 0;
  uint64_t size = 0;
};

struct TarEntry {
  EntryType type = EntryType::kFile;
  std::string name;  // as written: may be absolute, hold `..`, end in `/`
  std::string link;  // target of a link, as written
  mode_t mode = 0;   // the permission bits, 07777
  uid_t uid = 0;
  gid_t gid = 0;
  timespec mtime{};
  uint64_t size = 0;  // of the file; a sparse file's payload is shorter
  unsigned device_major = 0;
  unsigned device_minor = 0;
  std::vector<std::pair<std::string, std::string>> xattrs;
  bool sparse = false;
  std::vector<SparsePiece> pieces;
};

}  // namespace berth::layer
