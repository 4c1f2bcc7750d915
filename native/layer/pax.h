// pax extended headers: `length key=value\n` records, and the GNU sparse keys among them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "layer/tar_entry.h"
#include "layer/tar_header.h"

namespace berth::layer {

// What extended headers (pax `x`, GNU `L` and `K`) say about the member that follows. Absent: the header block counts.
struct Overrides {
  std::optional<std::string> name;
  std::optional<std::string> link;
  std::optional<uint64_t> payload_size;
  std::optional<uint64_t> uid;
  std::optional<uint64_t> gid;
  std::optional<timespec> mtime;
  std::vector<std::pair<std::string, std::string>> xattrs;

  // GNU sparse 0.0, 0.1 (map in the header) and 1.0 (map at the start of the payload).
  bool sparse = false;
  bool map_in_payload = false;
  std::optional<std::string> sparse_name;
  std::optional<uint64_t> sparse_size;
  std::vector<uint64_t> sparse_numbers;  // offset, size, offset, size…
};

// Adds the records of one `x` header.
Status ParsePax(Bytes records, Overrides* overrides);

// Decimal digits and nothing else.
Result<uint64_t> ParseDecimal(std::string_view text);

}  // namespace berth::layer
