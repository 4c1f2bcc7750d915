#include "layer/pax.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace berth::layer {

namespace {

constexpr std::string_view kXattr = "SCHILY.xattr.";

Status CheckText(std::string_view value) {
  if (value.find('\0') != std::string_view::npos) {
    return Fail(0, "tar", "a name in a pax header holds a NUL byte");
  }
  return {};
}

Status SetText(std::string_view value, std::optional<std::string>* target) {
  BERTH_TRY(CheckText(value));
  // An empty value takes an earlier record back.
  *target = value.empty() ? std::nullopt : std::optional<std::string>(value);
  return {};
}

Status SetNumber(std::string_view value, std::optional<uint64_t>* target) {
  if (value.empty()) {
    target->reset();
    return {};
  }
  BERTH_ASSIGN(*target, ParseDecimal(value));
  return {};
}

// `[-]seconds[.fraction]`; digits beyond nanoseconds are cut.
Status SetTime(std::string_view value, std::optional<timespec>* target) {
  const size_t dot = std::min(value.find('.'), value.size());
  timespec time{};
  const char* end = value.data() + dot;
  const auto parsed = std::from_chars(value.data(), end, time.tv_sec);
  constexpr time_t kLimit = time_t{1} << 48U;
  if (parsed.ec != std::errc{} || parsed.ptr != end || time.tv_sec > kLimit || time.tv_sec < -kLimit) {
    return Fail(0, "tar", "bad time in a pax header: " + std::string(value));
  }
  long scale = 100'000'000;
  for (const char digit : value.substr(std::min(dot + 1, value.size()))) {
    if (digit < '0' || digit > '9') {
      return Fail(0, "tar", "bad time in a pax header: " + std::string(value));
    }
    time.tv_nsec += (digit - '0') * scale;
    scale /= 10;
  }
  if (value.front() == '-' && time.tv_nsec > 0) {
    time.tv_sec -= 1;
    time.tv_nsec = 1'000'000'000 - time.tv_nsec;
  }
  *target = time;
  return {};
}

Status SetSparseMap(std::string_view value, Overrides* overrides) {
  overrides->sparse_numbers.clear();
  while (!value.empty()) {
    const size_t comma = std::min(value.find(','), value.size());
    BERTH_ASSIGN(const uint64_t number, ParseDecimal(value.substr(0, comma)));
    overrides->sparse_numbers.push_back(number);
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return {};
}

Status ApplySparse(std::string_view key, std::string_view value, Overrides* overrides) {
  overrides->sparse = true;
  if (key == "name") {
    return SetText(value, &overrides->sparse_name);
  }
  if (key == "size" || key == "realsize") {
    return SetNumber(value, &overrides->sparse_size);
  }
  if (key == "major") {
    overrides->map_in_payload = value == "1";
    return {};
  }
  if (key == "map") {
    return SetSparseMap(value, overrides);
  }
  if (key == "offset" || key == "numbytes") {
    BERTH_ASSIGN(const uint64_t number, ParseDecimal(value));
    overrides->sparse_numbers.push_back(number);
  }
  return {};
}

Status Apply(std::string_view key, std::string_view value, Overrides* overrides) {
  constexpr std::string_view kSparse = "GNU.sparse.";
  if (key == "path") return SetText(value, &overrides->name);
  if (key == "linkpath") return SetText(value, &overrides->link);
  if (key == "size") return SetNumber(value, &overrides->payload_size);
  if (key == "uid") return SetNumber(value, &overrides->uid);
  if (key == "gid") return SetNumber(value, &overrides->gid);
  if (key == "mtime") return value.empty() ? Status{} : SetTime(value, &overrides->mtime);
  if (key.starts_with(kSparse)) return ApplySparse(key.substr(kSparse.size()), value, overrides);
  if (key.starts_with(kXattr)) {
    BERTH_TRY(CheckText(key));
    overrides->xattrs.emplace_back(key.substr(kXattr.size()), value);
  }
  return {};
}

}  // namespace

Result<uint64_t> ParseDecimal(std::string_view text) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != end) {
    return Fail(0, "tar", "bad number in a pax header: " + std::string(text));
  }
  return value;
}

Status ParsePax(Bytes records, Overrides* overrides) {
  std::string_view rest(reinterpret_cast<const char*>(records.data()), records.size());
  while (!rest.empty()) {
    const size_t space = rest.find(' ');
    if (space == std::string_view::npos) {
      return Fail(0, "tar", "bad pax header");
    }
    BERTH_ASSIGN(const uint64_t length, ParseDecimal(rest.substr(0, space)));
    if (length < space + 3 || length > rest.size() || rest[length - 1] != '\n') {
      return Fail(0, "tar", "bad length in a pax header");
    }
    const std::string_view record = rest.substr(space + 1, length - space - 2);
    const size_t equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return Fail(0, "tar", "bad record in a pax header");
    }
    BERTH_TRY(Apply(record.substr(0, equals), record.substr(equals + 1), overrides));
    rest.remove_prefix(length);
  }
  return {};
}

}  // namespace berth::layer
