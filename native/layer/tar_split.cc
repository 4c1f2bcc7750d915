#include "layer/tar_split.h"

#include "base/json_text.h"
#include "layer/base64.h"
#include "layer/json_line.h"
#include "layer/pax.h"

namespace berth::layer {

namespace {

constexpr size_t kSegmentSize = 256U << 10U;
// Other writers put up to a megabyte into one segment.
constexpr size_t kLineLimit = 64U << 20U;
constexpr size_t kReadSize = 64U << 10U;

Bytes AsBytes(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }

std::string Quoted64(Bytes data) {
  std::string text = "\"";
  AppendBase64(data, &text);
  return text + '"';
}

}  // namespace

Status TarSplitWriter::Raw(Bytes data) {
  segment_.append(reinterpret_cast<const char*>(data.data()), data.size());
  return segment_.size() < kSegmentSize ? Status{} : FlushSegment();
}

Status TarSplitWriter::FlushSegment() {
  if (segment_.empty()) {
    return {};
  }
  const std::string fields = "\"type\":2,\"payload\":" + Quoted64(AsBytes(segment_));
  segment_.clear();
  return WriteLine(fields);
}

Status TarSplitWriter::File(const std::string& name, uint64_t size, const Crc64& crc) {
  BERTH_TRY(FlushSegment());
  std::string fields = "\"type\":1,";
  fields += IsUtf8(name) ? "\"name\":" + JsonQuoted(name) : "\"name_raw\":" + Quoted64(AsBytes(name));
  if (size > 0) {
    fields += ",\"size\":" + std::to_string(size);
  }
  fields += ",\"payload\":" + (size > 0 ? Quoted64(crc.Value()) : std::string("null"));
  return WriteLine(fields);
}

Status TarSplitWriter::WriteLine(const std::string& fields) {
  return gzip_.Write("{" + fields + ",\"position\":" + std::to_string(position_++) + "}\n");
}

Status TarSplitWriter::Finish() {
  BERTH_TRY(FlushSegment());
  return gzip_.Finish();
}

TarSplitReader::TarSplitReader(int fd) : decoder_(FileRange{fd, 0, -1}, Limits{}) {}

Result<bool> TarSplitReader::ReadLine(std::string* line) {
  size_t searched = used_;
  for (;;) {
    if (const size_t end = buffer_.find('\n', searched); end != std::string::npos) {
      line->assign(buffer_, used_, end - used_);
      used_ = end + 1;
      return true;
    }
    buffer_.erase(0, used_);
    used_ = 0;
    searched = buffer_.size();
    if (searched > kLineLimit) {
      return Fail(0, "tar-split", "a line is too long");
    }
    buffer_.resize(searched + kReadSize);
    BERTH_ASSIGN(const size_t got, decoder_.Fill({reinterpret_cast<uint8_t*>(buffer_.data()) + searched, kReadSize}));
    buffer_.resize(searched + got);
    if (got == 0) {
      *line = std::exchange(buffer_, {});
      return !line->empty();
    }
  }
}

Result<bool> TarSplitReader::Next(TarSplitEntry* entry) {
  std::string line;
  BERTH_ASSIGN(const bool found, ReadLine(&line));
  if (!found) {
    return false;
  }
  BERTH_ASSIGN(auto fields, ParseJsonLine(line));
  const std::string type = fields["type"];
  if (type != "1" && type != "2") {
    return Fail(0, "tar-split", "unknown type of entry: " + type);
  }
  entry->is_file = type == "1";
  entry->name = std::move(fields["name"]);
  if (const auto raw = fields.find("name_raw"); raw != fields.end()) {
    BERTH_ASSIGN(entry->name, DecodeBase64(raw->second));
  }
  entry->size = 0;
  if (const auto size = fields.find("size"); size != fields.end()) {
    BERTH_ASSIGN(entry->size, ParseDecimal(size->second));
  }
  BERTH_ASSIGN(entry->payload, DecodeBase64(fields["payload"]));
  return true;
}

}  // namespace berth::layer
