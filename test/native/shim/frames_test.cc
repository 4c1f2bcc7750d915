#include "shim/frames.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace berth {

namespace {

class Recorder final : public FrameSink {
 public:
  void OnStdin(std::string_view data) override { input += data; }
  void OnStdinEof() override { events.emplace_back("eof"); }
  void OnResize(uint16_t rows, uint16_t columns) override {
    events.push_back(std::to_string(rows) + "x" + std::to_string(columns));
  }
  void OnSignal(int signal) override { events.push_back("signal " + std::to_string(signal)); }

  std::string input;
  std::vector<std::string> events;
};

std::string Frame(FrameType type, std::string_view payload) {
  const FrameHeader header = EncodeFrameHeader(type, payload.size());
  return std::string(header.data(), header.size()) + std::string(payload);
}

std::string Number(int32_t value) {
  const auto bytes = EncodeInt32(value);
  return {bytes.data(), bytes.size()};
}

}  // namespace

TEST_CASE("a header holds type and length in network byte order") {
  const FrameHeader header = EncodeFrameHeader(FrameType::kStderr, 0x010203);
  CHECK(std::string(header.data(), header.size()) == std::string("\2\0\0\0\0\1\2\3", 8));
}

TEST_CASE("frames are followed however their bytes come") {
  const std::string stream = Frame(FrameType::kStdin, "hello ") +
                             Frame(FrameType::kResize, std::string("\0\x21\0\x63", 4)) + Frame(FrameType::kStdin, "") +
                             Frame(FrameType::kSignal, Number(10)) + Frame(FrameType::kStdin, "world") +
                             Frame(FrameType::kStdinEof, "");
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    CAPTURE(piece);
    FrameDecoder decoder;
    Recorder recorder;
    for (size_t at = 0; at < stream.size(); at += piece) {
      REQUIRE(decoder.Feed(std::string_view(stream).substr(at, piece), recorder));
    }
    CHECK(recorder.input == "hello world");
    CHECK(recorder.events == std::vector<std::string>{"33x99", "signal 10", "eof"});
  }
}

TEST_CASE("a frame of a type to come is skipped") {
  FrameDecoder decoder;
  Recorder recorder;
  const std::string stream = Frame(static_cast<FrameType>(99), "12345") + Frame(FrameType::kStdin, "after");
  CHECK(decoder.Feed(stream, recorder));
  CHECK(recorder.input == "after");
  CHECK(recorder.events.empty());
}

TEST_CASE("a frame that can't be is refused") {
  FrameDecoder decoder;
  Recorder recorder;
  SUBCASE("too long") { CHECK_FALSE(decoder.Feed(std::string("\0\0\0\0\0\1\0\1", 8), recorder)); }
  SUBCASE("a number of three bytes") { CHECK_FALSE(decoder.Feed(Frame(FrameType::kSignal, "abc"), recorder)); }
}

}  // namespace berth
