#include "layer/tar_reader.h"

#include <algorithm>
#include <cstring>

#include "layer/sparse.h"

namespace berth::layer {

namespace {

// Names end at 4096 bytes; extended attributes of one file at 64 KiB each.
constexpr uint64_t kExtensionLimit = 8U << 20U;
constexpr uint64_t kSizeLimit = uint64_t{1} << 62U;

uint64_t PaddingOf(uint64_t size) { return (kBlockSize - size % kBlockSize) % kBlockSize; }

Result<EntryType> TypeOf(char flag, bool directory_name) {
  switch (flag) {
    case '\0':
    case '0':
    case '7':
      return directory_name ? EntryType::kDirectory : EntryType::kFile;
    case 'S':
      return EntryType::kFile;
    case '1':
      return EntryType::kHardLink;
    case '2':
      return EntryType::kSymlink;
    case '3':
      return EntryType::kCharDevice;
    case '4':
      return EntryType::kBlockDevice;
    case '5':
    case 'D':
      return EntryType::kDirectory;
    case '6':
      return EntryType::kFifo;
    default:
      return Fail(0, "tar", "unknown type of member, code " + std::to_string(static_cast<unsigned char>(flag)));
  }
}

// Links, devices and directories have no payload whatever their size field says; GNU's dump directories do.
bool HasPayload(EntryType type, char flag) { return type == EntryType::kFile || flag == 'D'; }

Result<uint64_t> Unsigned(const TarHeader& header, Field which, uint64_t limit, const char* what) {
  BERTH_ASSIGN(const int64_t value, header.Number(which));
  if (value < 0 || static_cast<uint64_t>(value) > limit) {
    return Fail(0, "tar", std::string("bad ") + what + " in a header: " + std::to_string(value));
  }
  return static_cast<uint64_t>(value);
}

// -1 means "unchanged" to chown(2), so it is not an owner.
Result<uint32_t> Owner(const TarHeader& header, Field which, std::optional<uint64_t> override_value) {
  constexpr uint64_t kLimit = UINT32_MAX - 1;
  if (!override_value) {
    BERTH_ASSIGN(override_value, Unsigned(header, which, kLimit, "owner"));
  }
  if (*override_value > kLimit) {
    return Fail(0, "tar", "owner out of range: " + std::to_string(*override_value));
  }
  return static_cast<uint32_t>(*override_value);
}

Status FillDevice(const TarHeader& header, TarEntry* entry) {
  if (entry->type != EntryType::kCharDevice && entry->type != EntryType::kBlockDevice) {
    return {};
  }
  BERTH_ASSIGN(const uint64_t device_major, Unsigned(header, field::kMajor, UINT32_MAX, "device number"));
  BERTH_ASSIGN(const uint64_t device_minor, Unsigned(header, field::kMinor, UINT32_MAX, "device number"));
  entry->device_major = static_cast<unsigned>(device_major);
  entry->device_minor = static_cast<unsigned>(device_minor);
  return {};
}

}  // namespace

Result<Bytes> TarReader::Take(size_t max) {
  BERTH_ASSIGN(const Bytes data, source_->Read(max));
  position_ += data.size();
  return data;
}

Status TarReader::Observe(Bytes data) { return observer_ == nullptr ? Status{} : observer_->Raw(data); }

Status TarReader::Skip(uint64_t size) {
  if (observer_ == nullptr) {
    const uint64_t discarded = source_->Discard(size);
    position_ += discarded;
    size -= discarded;
  }
  while (size > 0) {
    BERTH_ASSIGN(const Bytes data, Take(static_cast<size_t>(std::min<uint64_t>(size, 1U << 20U))));
    if (data.empty()) {
      return Fail(0, "tar", "the archive is cut short");
    }
    BERTH_TRY(Observe(data));
    size -= data.size();
  }
  return {};
}

Status TarReader::ReadToEnd() {
  for (;;) {
    BERTH_ASSIGN(const Bytes data, Take(1U << 20U));
    if (data.empty()) {
      return {};
    }
    BERTH_TRY(Observe(data));
  }
}

Result<std::string> TarReader::ReadText(uint64_t size) {
  if (size > kExtensionLimit) {
    return Fail(0, "tar", "an extended header of " + std::to_string(size) + " bytes is too long");
  }
  std::string text;
  while (text.size() < size) {
    BERTH_ASSIGN(const Bytes data, Take(size - text.size()));
    if (data.empty()) {
      return Fail(0, "tar", "the archive is cut short");
    }
    BERTH_TRY(Observe(data));
    text.append(reinterpret_cast<const char*>(data.data()), data.size());
  }
  return text;
}

Result<size_t> TarReader::ReadBlock(Block* block) {
  size_t have = 0;
  while (have < kBlockSize) {
    BERTH_ASSIGN(const Bytes data, Take(kBlockSize - have));
    if (data.empty()) {
      break;
    }
    std::memcpy(block->data() + have, data.data(), data.size());
    have += data.size();
  }
  BERTH_TRY(Observe(Bytes(*block).first(have)));
  return have;
}

// False at the end of the archive: two blocks of zeros, or no more bytes at all.
Result<bool> TarReader::ReadHeader(Block* block) {
  for (int zero_blocks = 0; zero_blocks < 2; zero_blocks++) {
    BERTH_ASSIGN(const size_t have, ReadBlock(block));
    if (have == 0) {
      return false;
    }
    if (have < kBlockSize) {
      return Fail(0, "tar", "the archive is cut short");
    }
    if (!TarHeader(*block).IsZero()) {
      if (zero_blocks > 0) {
        return Fail(0, "tar", "a lone block of zeros between members");
      }
      BERTH_TRY(TarHeader(*block).Check());
      return true;
    }
  }
  BERTH_TRY(ReadToEnd());
  return false;
}

// True where the header was one that describes the next.
Result<bool> TarReader::ApplyExtension(const TarHeader& header, Overrides* overrides) {
  const char type = header.type();
  if (type != 'x' && type != 'g' && type != 'L' && type != 'K' && type != 'V') {
    return false;
  }
  BERTH_ASSIGN(const uint64_t size, Unsigned(header, field::kSize, kSizeLimit, "size"));
  BERTH_ASSIGN(const std::string text, ReadText(size));
  BERTH_TRY(Skip(PaddingOf(size)));
  const Bytes bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  if (type == 'x') {
    BERTH_TRY(ParsePax(bytes, overrides));
  } else if (type == 'L') {
    overrides->name = ParseText(bytes);
  } else if (type == 'K') {
    overrides->link = ParseText(bytes);
  }
  // Global headers (git's commit id) and volume labels say nothing about files; image tools skip them, too.
  return true;
}

Status TarReader::FillEntry(const TarHeader& header, Overrides overrides, TarEntry* entry) {
  *entry = TarEntry{};
  entry->name = overrides.sparse_name ? *overrides.sparse_name : overrides.name ? *overrides.name : header.Name();
  entry->link = overrides.link ? *overrides.link : ParseText(header.Raw(field::kLink));
  BERTH_ASSIGN(entry->type, TypeOf(header.type(), entry->name.ends_with('/')));
  BERTH_ASSIGN(const int64_t mode, header.Number(field::kMode));
  entry->mode = static_cast<mode_t>(mode) & 07777U;
  BERTH_ASSIGN(entry->uid, Owner(header, field::kUid, overrides.uid));
  BERTH_ASSIGN(entry->gid, Owner(header, field::kGid, overrides.gid));
  BERTH_ASSIGN(const int64_t mtime, header.Number(field::kMtime));
  entry->mtime = overrides.mtime.value_or(timespec{mtime, 0});
  BERTH_TRY(FillDevice(header, entry));
  BERTH_ASSIGN(const uint64_t header_size, Unsigned(header, field::kSize, kSizeLimit, "size"));
  const uint64_t size = overrides.payload_size.value_or(header_size);
  if (size > kSizeLimit) {
    return Fail(0, "tar", "size out of range: " + std::to_string(size));
  }
  remaining_ = HasPayload(entry->type, header.type()) ? size : 0;
  padding_ = PaddingOf(remaining_);
  entry->size = entry->type == EntryType::kFile ? remaining_ : 0;
  entry->xattrs = std::move(overrides.xattrs);
  const bool old_sparse = header.type() == 'S';
  if (entry->type == EntryType::kFile && (old_sparse || overrides.sparse)) {
    return ReadSparse(header, overrides, entry);
  }
  return {};
}

Status TarReader::ReadSparse(const TarHeader& header, const Overrides& overrides, TarEntry* entry) {
  entry->sparse = true;
  std::vector<uint64_t> numbers = overrides.sparse_numbers;
  if (header.type() == 'S' && !overrides.sparse) {
    BERTH_ASSIGN(entry->size, Unsigned(header, field::kSparseSize, kSizeLimit, "size"));
    BERTH_ASSIGN(numbers, ReadOldSparseMap(header));
  } else {
    if (overrides.map_in_payload) {
      BERTH_ASSIGN(numbers, ReadPayloadSparseMap());
    }
    entry->size = overrides.sparse_size.value_or(entry->size);
  }
  BERTH_ASSIGN(entry->pieces, SparsePieces(numbers, entry->size, remaining_));
  return {};
}

Result<std::vector<uint64_t>> TarReader::ReadOldSparseMap(const TarHeader& header) {
  std::vector<uint64_t> numbers;
  BERTH_TRY(AppendOldSparseMap(header.Raw(field::kSparseMap), &numbers));
  bool more = header.Raw(field::kSparseMore)[0] != 0;
  while (more) {
    constexpr size_t kMapSize = 504;
    Block block{};
    BERTH_ASSIGN(const size_t have, ReadBlock(&block));
    if (have < kBlockSize) {
      return Fail(0, "tar", "the archive is cut short");
    }
    BERTH_TRY(AppendOldSparseMap(Bytes(block).first(kMapSize), &numbers));
    more = block[kMapSize] != 0;
  }
  return numbers;
}

// Lines of decimal numbers, the count of pieces first, padded to a block.
Result<std::vector<uint64_t>> TarReader::ReadPayloadSparseMap() {
  SparseMapText map;
  while (!map.complete()) {
    Block block{};
    if (remaining_ < kBlockSize) {
      return Fail(0, "tar", "bad sparse map");
    }
    BERTH_ASSIGN(const size_t have, ReadBlock(&block));
    if (have < kBlockSize) {
      return Fail(0, "tar", "the archive is cut short");
    }
    remaining_ -= kBlockSize;
    BERTH_TRY(map.Feed(Bytes(block)));
  }
  return map.Take();
}

// False where the stream ends with the payload: archives of programs that never close theirs (umoci's layers) do.
Result<bool> TarReader::SkipPadding() {
  if (padding_ == 0) {
    return true;
  }
  BERTH_ASSIGN(const Bytes data, Take(static_cast<size_t>(padding_)));
  BERTH_TRY(Observe(data));
  const bool found = !data.empty();
  BERTH_TRY(Skip(found ? padding_ - data.size() : 0));
  padding_ = 0;
  return found;
}

Result<bool> TarReader::Next(TarEntry* entry) {
  BERTH_TRY(Skip(remaining_));
  remaining_ = 0;
  BERTH_ASSIGN(const bool padded, SkipPadding());
  if (!padded) {
    return false;
  }
  Overrides overrides;
  for (;;) {
    Block block{};
    BERTH_ASSIGN(const bool found, ReadHeader(&block));
    if (!found) {
      return false;
    }
    const TarHeader header(block);
    BERTH_ASSIGN(const bool extension, ApplyExtension(header, &overrides));
    if (!extension) {
      BERTH_TRY(FillEntry(header, std::move(overrides), entry));
      return true;
    }
  }
}

Result<Bytes> TarReader::Payload(size_t max) {
  if (remaining_ == 0) {
    return Bytes();
  }
  BERTH_ASSIGN(const Bytes data, Take(static_cast<size_t>(std::min<uint64_t>(max, remaining_))));
  if (data.empty()) {
    return Fail(0, "tar", "the archive is cut short");
  }
  remaining_ -= data.size();
  return data;
}

}  // namespace berth::layer
