// cgroup-v1/blkio-controller.rst; cgroup-v2.rst, "IO Interface Files"
#include <optional>
#include <string_view>

#include "oci/json_write.h"
#include "runtime/cgroup/place.h"
#include "runtime/cgroup/text.h"
#include "runtime_cli/stats.h"

namespace berth {

namespace {

// What a file of v1 is called in the output. BFQ's are there where it schedules; the throttler counts in any case.
struct File {
  const char* key;
  const char* bfq;
  const char* throttle;  // null: it does not count that
};

constexpr File kFiles[] = {
    {"ioServiceBytesRecursive", "/blkio.bfq.io_service_bytes_recursive", "/blkio.throttle.io_service_bytes_recursive"},
    {"ioServicedRecursive", "/blkio.bfq.io_serviced_recursive", "/blkio.throttle.io_serviced_recursive"},
    {"ioQueueRecursive", "/blkio.bfq.io_queued_recursive", nullptr},
    {"ioServiceTimeRecursive", "/blkio.bfq.io_service_time_recursive", nullptr},
    {"ioWaitTimeRecursive", "/blkio.bfq.io_wait_time_recursive", nullptr},
    {"ioMergedRecursive", "/blkio.bfq.io_merged_recursive", nullptr},
    {"ioTimeRecursive", "/blkio.bfq.time_recursive", nullptr},
    {"sectorsRecursive", "/blkio.bfq.sectors_recursive", nullptr},
};

struct Device {
  uint64_t major;
  uint64_t minor;
};

std::optional<Device> ParseDevice(std::string_view text) {
  const size_t colon = text.find(':');
  const auto major = ParseNumber(text.substr(0, colon));
  const auto minor = colon == std::string_view::npos ? std::nullopt : ParseNumber(text.substr(colon + 1));
  if (!major || !minor) {
    return std::nullopt;
  }
  return Device{static_cast<uint64_t>(*major), static_cast<uint64_t>(*minor)};
}

void Add(JsonValue& blkio, const char* key, const Device& device, std::string_view op, int64_t value) {
  JsonValue entry;
  MemberOf(entry, "major").data = device.major;
  MemberOf(entry, "minor").data = device.minor;
  if (!op.empty()) {
    MemberOf(entry, "op").data = std::string(op);
  }
  SetFigure(entry, "value", value);
  JsonValue& entries = MemberOf(blkio, key);
  if (entries.As<JsonArray>() == nullptr) {
    entries.data = JsonArray();
  }
  std::get<JsonArray>(entries.data).push_back(std::move(entry));
}

// "8:0 Read 4096", or "8:0 7" without kinds; a total of all devices has no device, and is left to the reader.
void ReadV1(const std::string& text, const char* key, JsonValue& blkio) {
  for (const std::string_view line : Split(text, '\n')) {
    const std::vector<std::string_view> words = Split(line, ' ');
    const auto device = words.size() < 2 ? std::nullopt : ParseDevice(words[0]);
    if (device) {
      Add(blkio, key, *device, words.size() > 2 ? words[1] : "", ParseNumber(words.back()).value_or(0));
    }
  }
}

// "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6"
void ReadV2(const std::string& text, JsonValue& blkio) {
  struct Field {
    std::string_view name;
    const char* key;
    const char* op;
  };
  constexpr Field kFields[] = {
      {"rbytes=", "ioServiceBytesRecursive", "Read"},    {"wbytes=", "ioServiceBytesRecursive", "Write"},
      {"dbytes=", "ioServiceBytesRecursive", "Discard"}, {"rios=", "ioServicedRecursive", "Read"},
      {"wios=", "ioServicedRecursive", "Write"},         {"dios=", "ioServicedRecursive", "Discard"}};
  for (const std::string_view line : Split(text, '\n')) {
    const std::vector<std::string_view> words = Split(line, ' ');
    const auto device = words.empty() ? std::nullopt : ParseDevice(words[0]);
    for (const Field& field : kFields) {
      for (const std::string_view word : words) {
        if (device && word.starts_with(field.name)) {
          Add(blkio, field.key, *device, field.op, ParseNumber(word.substr(field.name.size())).value_or(0));
        }
      }
    }
  }
}

}  // namespace

void BlkioStats(const CgroupHost& host, const std::string& path, JsonValue& blkio) {
  if (const Place io = PlaceOf(host, "io", path); io.v2) {
    ReadV2(io.Text("/io.stat"), blkio);
    return;
  }
  const Place place = PlaceOf(host, "blkio", path);
  for (const File& file : kFiles) {
    ReadV1(place.Text(file.bfq), file.key, blkio);
    const JsonValue* const found = FindMember(blkio, file.key);
    if (found == nullptr && file.throttle != nullptr) {
      ReadV1(place.Text(file.throttle), file.key, blkio);
    }
  }
}

}  // namespace berth
