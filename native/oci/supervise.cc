#include "oci/supervise.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace berth {

namespace {

constexpr const char* kName = "supervise";

template <typename T>
bool ReadNumber(std::string_view text, T& number, int64_t min = 0) {
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  return problem == std::errc() && stop == end && std::cmp_greater_equal(number, min);
}

bool ReadPolicy(Supervise& record, std::string_view text) {
  static constexpr std::pair<std::string_view, RestartPolicy> kPolicies[] = {
      {"no", RestartPolicy::kNo},
      {"always", RestartPolicy::kAlways},
      {"on-failure", RestartPolicy::kOnFailure},
      {"unless-stopped", RestartPolicy::kUnlessStopped},
  };
  for (const auto& [name, policy] : kPolicies) {
    if (name == text) {
      record.restart_policy = policy;
      return true;
    }
  }
  return false;
}

bool ReadVolumeCopy(Supervise& record, std::string_view text) {
  const size_t tab = text.find('\t');
  if (tab == std::string_view::npos || !text.starts_with('/') || !text.substr(tab + 1).starts_with('/')) {
    return false;
  }
  record.volume_copies.emplace_back(text.substr(0, tab), text.substr(tab + 1));
  return true;
}

bool ReadChoice(std::string_view text, std::string_view on, std::string_view off, bool& flag) {
  flag = text == on;
  return text == on || text == off;
}

HealthCheck& Health(Supervise& record) { return record.health ? *record.health : record.health.emplace(); }

template <auto kField>
bool Text(Supervise& record, std::string_view text) {
  record.*kField = text;
  return true;
}

template <auto kField, int kMin = 0>
bool Number(Supervise& record, std::string_view text) {
  return ReadNumber(text, record.*kField, kMin);
}

template <auto kField>
bool HealthNumber(Supervise& record, std::string_view text) {
  return ReadNumber(text, Health(record).*kField);
}

template <auto kField>
bool Flag(Supervise& record, std::string_view text) {
  return ReadChoice(text, "1", "0", record.*kField);
}

bool ReadLower(Supervise& record, std::string_view text) {
  record.overlay_lower.emplace_back(text);
  return !text.empty();
}

bool ReadSharedShm(Supervise& record, std::string_view text) {
  return ReadNumber(text, record.shared_shm_bytes.emplace());
}

bool ReadHealthTest(Supervise& record, std::string_view text) {
  Health(record).test.emplace_back(text);
  return true;
}

bool ReadOnUnhealthy(Supervise& record, std::string_view text) {
  return ReadChoice(text, "restart", "none", record.restart_on_unhealthy);
}

bool ReadLogDriver(Supervise& record, std::string_view text) {
  return ReadChoice(text, "json-file", "none", record.log_json_file);
}

bool ReadVersion(Supervise& /*record*/, std::string_view text) { return text == "1"; }

// Reads one key's value into the record; false where the value is bad.
struct Key {
  std::string_view name;
  bool (*read)(Supervise& record, std::string_view text);
};

// A plain table: the resident shim reads this file too and should not grow by it.
constexpr Key kKeys[] = {
    {"version", ReadVersion},
    {"id", Text<&Supervise::id>},
    {"name", Text<&Supervise::name>},
    {"overlay.dir", Text<&Supervise::overlay_dir>},
    {"overlay.lower", ReadLower},
    {"overlay.upper", Text<&Supervise::overlay_upper>},
    {"overlay.work", Text<&Supervise::overlay_work>},
    {"cgroup.shim", Text<&Supervise::shim_cgroup>},
    {"join.pid", Text<&Supervise::join_pid>},
    {"shm.shared", ReadSharedShm},
    {"init", Flag<&Supervise::init>},
    {"stdin", Flag<&Supervise::keep_stdin>},
    {"volume.copy", ReadVolumeCopy},
    {"stop.signal", Number<&Supervise::stop_signal, 1>},
    {"stop.grace_ms", Number<&Supervise::stop_grace_ms>},
    {"restart.policy", ReadPolicy},
    {"restart.max", Number<&Supervise::restart_max>},
    {"restart.delay_ms", Number<&Supervise::restart_delay_ms>},
    {"restart.window_ms", Number<&Supervise::restart_window_ms>},
    {"health.test", ReadHealthTest},
    {"health.interval_ms", HealthNumber<&HealthCheck::interval_ms>},
    {"health.timeout_ms", HealthNumber<&HealthCheck::timeout_ms>},
    {"health.retries", HealthNumber<&HealthCheck::retries>},
    {"health.start_period_ms", HealthNumber<&HealthCheck::start_period_ms>},
    {"health.start_interval_ms", HealthNumber<&HealthCheck::start_interval_ms>},
    {"on_unhealthy", ReadOnUnhealthy},
    {"log.driver", ReadLogDriver},
    {"log.max_size", Number<&Supervise::log_max_size>},
    {"log.max_file", Number<&Supervise::log_max_file, 1>},
    {"generation", Number<&Supervise::generation>},
};

Status ReadLine(std::string_view line, Supervise& record) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos || line.find('\0') != std::string_view::npos) {
    return Fail(0, kName, "expected key=value");
  }
  const Key* const key = std::ranges::find(kKeys, line.substr(0, equals), &Key::name);
  if (key != std::end(kKeys) && !key->read(record, UnescapeValue(line.substr(equals + 1)))) {
    return Fail(0, kName, "bad value of " + std::string(key->name));
  }
  return {};
}

}  // namespace

std::string EscapeValue(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\n') {
      escaped += "\\n";
    } else if (c == '\\') {
      escaped += "\\\\";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string UnescapeValue(std::string_view value) {
  std::string text;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) {
      ++i;
      text += value[i] == 'n' ? '\n' : value[i];
    } else {
      text += value[i];
    }
  }
  return text;
}

Result<Supervise> ParseSupervise(std::string_view text) {
  Supervise record;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) {
      continue;
    }
    if (auto read = ReadLine(line, record); !read) {
      return Wrap(std::move(read).error(), "line " + std::to_string(number));
    }
  }
  // A health check is its command: settings alone are none.
  if (record.health && record.health->test.empty()) {
    record.health.reset();
  }
  if (record.id.empty()) {
    return Fail(0, kName, "id is missing");
  }
  return record;
}

}  // namespace berth
