#include "shim/log_record.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace berth {

namespace {

std::string Escaped(std::string_view text) {
  std::string record;
  AppendLogRecord(record, text, "stdout", "T");
  const std::string before = "{\"log\":\"";
  const std::string after = "\",\"stream\":\"stdout\",\"time\":\"T\"}\n";
  REQUIRE(record.starts_with(before));
  REQUIRE(record.ends_with(after));
  return record.substr(before.size(), record.size() - before.size() - after.size());
}

std::vector<std::string> Split(const std::vector<std::string>& pieces) {
  std::vector<std::string> records;
  const auto keep = [&records](std::string_view text) { records.emplace_back(text); };
  LineSplitter lines;
  for (const std::string& piece : pieces) {
    lines.Feed(piece, keep);
  }
  lines.Finish(keep);
  return records;
}

}  // namespace

TEST_CASE("what JSON can't hold is escaped") {
  CHECK(Escaped("plain\n") == "plain\\n");
  CHECK(Escaped("\"\\\t\r") == "\\\"\\\\\\t\\r");
  CHECK(Escaped(std::string_view("\0\x1b\x7f", 3)) == "\\u0000\\u001b\x7f");
  CHECK(Escaped("\u00e4\u20ac\U0001f600") == "\u00e4\u20ac\U0001f600");
}

TEST_CASE("what is not UTF-8 becomes U+FFFD") {
  for (const char* bad : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    CAPTURE(bad);
    const std::string escaped = Escaped(std::string("a") + bad + "b");
    CHECK(escaped.starts_with("a"));
    CHECK(escaped.ends_with("b"));
    CHECK(escaped.find('\xff') == std::string::npos);
    CHECK((escaped.find("\ufffd") != std::string::npos || escaped.find("\\ufffd") != std::string::npos));
  }
}

TEST_CASE("lines are records, however their bytes come") {
  const std::vector<std::string> expected{"one\n", "\n", "two\n", "rest"};
  CHECK(Split({"one\n\ntwo\nrest"}) == expected);
  CHECK(Split({"on", "e\n", "\ntw", "o\nre", "st"}) == expected);
  CHECK(Split({}).empty());
}

TEST_CASE("a line is cut at 16 KiB, and never within a character") {
  const std::string full(kLogLineLimit, 'x');
  CHECK(Split({full + "\n"}) == std::vector<std::string>{full, "\n"});
  const std::string shifted = std::string(kLogLineLimit - 1, 'x') + "\u20ac\n";
  CHECK(Split({shifted}) == std::vector<std::string>{std::string(kLogLineLimit - 1, 'x'), "\u20ac\n"});
}

}  // namespace berth
