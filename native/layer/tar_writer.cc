#include "layer/tar_writer.h"

#include <algorithm>
#include <cstring>

#include "layer/tar_header.h"

namespace berth::layer {

namespace {

char TypeFlag(EntryType type) {
  switch (type) {
    case EntryType::kFile:
      return '0';
    case EntryType::kHardLink:
      return '1';
    case EntryType::kSymlink:
      return '2';
    case EntryType::kCharDevice:
      return '3';
    case EntryType::kBlockDevice:
      return '4';
    case EntryType::kDirectory:
      return '5';
    case EntryType::kFifo:
      return '6';
  }
  return '0';
}

// "length key=value\n", where the length counts its own digits.
std::string PaxRecord(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) {
    length = std::to_string(length).size() + rest.size();
  }
  return std::to_string(length) + rest;
}

class HeaderBuilder {
 public:
  explicit HeaderBuilder(char type) {
    block_[field::kType.offset] = static_cast<uint8_t>(type);
    std::memcpy(&block_[field::kMagic.offset], "ustar\00000", 8);
  }

  void Text(Field which, const std::string& text) {
    std::memcpy(&block_[which.offset], text.data(), std::min(text.size(), which.size));
  }

  // False where the number doesn't fit; then the field is 0 and a pax record has to say it.
  bool Number(Field which, uint64_t number) {
    const size_t digits = which.size - 1;
    const bool fits = number >> (3 * digits) == 0;
    uint64_t rest = fits ? number : 0;
    for (size_t i = digits; i-- > 0; rest >>= 3U) {
      block_[which.offset + i] = static_cast<uint8_t>('0' + (rest & 7U));
    }
    return fits;
  }

  std::string Finish() {
    std::memset(&block_[field::kChecksum.offset], ' ', field::kChecksum.size);
    uint64_t sum = 0;
    for (const uint8_t byte : block_) {
      sum += byte;
    }
    // Six digits, NUL, space.
    Number({field::kChecksum.offset, field::kChecksum.size - 1}, sum);
    block_[field::kChecksum.offset + field::kChecksum.size - 2] = 0;
    return {block_.begin(), block_.end()};
  }

 private:
  Block block_{};
};

// Prefix and name, split at a slash; false where ustar can't hold the name.
bool SetName(const std::string& name, HeaderBuilder* header) {
  if (name.size() <= field::kName.size) {
    header->Text(field::kName, name);
    return true;
  }
  const size_t slash = name.find('/', name.size() - field::kName.size - 1);
  if (slash == std::string::npos || slash > field::kPrefix.size || slash + 1 == name.size()) {
    header->Text(field::kName, name);
    return false;
  }
  header->Text(field::kPrefix, name.substr(0, slash));
  header->Text(field::kName, name.substr(slash + 1));
  return true;
}

std::string SparseMap(const TarEntry& entry) {
  std::string map = std::to_string(entry.pieces.size()) + "\n";
  for (const SparsePiece& piece : entry.pieces) {
    map += std::to_string(piece.offset) + "\n" + std::to_string(piece.size) + "\n";
  }
  return map + TarPadding(map.size());
}

std::string PaxHeader(const std::string& records) {
  HeaderBuilder header('x');
  header.Text(field::kName, "PaxHeaders/member");
  header.Number(field::kMode, 0644);
  header.Number(field::kUid, 0);
  header.Number(field::kGid, 0);
  header.Number(field::kSize, records.size());
  header.Number(field::kMtime, 0);
  return header.Finish() + records + TarPadding(records.size());
}

uint64_t PayloadSize(const TarEntry& entry, const std::string& map) {
  if (!entry.sparse) {
    return entry.size;
  }
  uint64_t size = map.size();
  for (const SparsePiece& piece : entry.pieces) {
    size += piece.size;
  }
  return size;
}

}  // namespace

std::string TarPadding(uint64_t payload_size) {
  return std::string((kBlockSize - payload_size % kBlockSize) % kBlockSize, '\0');
}

std::string TarHeaderBytes(const TarEntry& entry) {
  const std::string map = entry.sparse ? SparseMap(entry) : "";
  const uint64_t payload_size = PayloadSize(entry, map);
  HeaderBuilder header(TypeFlag(entry.type));
  std::string records;
  const auto number = [&](Field which, uint64_t value, const char* key) {
    if (!header.Number(which, value)) {
      records += PaxRecord(key, std::to_string(value));
    }
  };
  if (!SetName(entry.name, &header) && !entry.sparse) {
    records += PaxRecord("path", entry.name);
  }
  header.Text(field::kLink, entry.link);
  if (entry.link.size() > field::kLink.size) {
    records += PaxRecord("linkpath", entry.link);
  }
  header.Number(field::kMode, entry.mode);
  number(field::kUid, entry.uid, "uid");
  number(field::kGid, entry.gid, "gid");
  number(field::kSize, payload_size, "size");
  if (entry.mtime.tv_sec < 0 || !header.Number(field::kMtime, static_cast<uint64_t>(entry.mtime.tv_sec))) {
    header.Number(field::kMtime, 0);
    records += PaxRecord("mtime", std::to_string(entry.mtime.tv_sec));
  }
  header.Number(field::kMajor, entry.device_major);
  header.Number(field::kMinor, entry.device_minor);
  for (const auto& [name, value] : entry.xattrs) {
    records += PaxRecord("SCHILY.xattr." + name, value);
  }
  if (entry.sparse) {
    records += PaxRecord("GNU.sparse.major", "1") + PaxRecord("GNU.sparse.minor", "0") +
               PaxRecord("GNU.sparse.name", entry.name) + PaxRecord("GNU.sparse.realsize", std::to_string(entry.size));
  }
  return (records.empty() ? "" : PaxHeader(records)) + header.Finish() + map;
}

}  // namespace berth::layer
