// Frames of the attach stream (protocol.h): a header of 8 bytes, then the payload.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "shim/protocol.h"

namespace berth {

using FrameHeader = std::array<char, kFrameHeader>;

FrameHeader EncodeFrameHeader(FrameType type, size_t length);

// Big-endian numbers of a payload.
std::array<char, 4> EncodeInt32(int32_t value);
int32_t DecodeInt32(const char* bytes);
uint16_t DecodeUint16(const char* bytes);

// What a client may send.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void OnStdin(std::string_view data) = 0;
  virtual void OnStdinEof() = 0;
  virtual void OnResize(uint16_t rows, uint16_t columns) = 0;
  virtual void OnSignal(int signal) = 0;
};

// Takes a client's bytes in pieces of any size. Stdin is passed on as it comes, so nothing is buffered but a header or a
// number. Frames of types that a client does not send are skipped, so that a newer client can talk to an older shim.
class FrameDecoder {
 public:
  // False: a frame is longer than kFrameLimit, or a number has the wrong length. The stream can't be followed any further.
  [[nodiscard]] bool Feed(std::string_view data, FrameSink& sink);

 private:
  [[nodiscard]] bool BeginFrame(FrameSink& sink);
  void TakePayload(std::string_view& data, FrameSink& sink);
  void EndFrame(FrameSink& sink);

  std::array<char, kFrameHeader> small_{};  // the header, then the payload of a number
  size_t filled_ = 0;
  bool in_payload_ = false;
  FrameType type_ = FrameType::kStdin;
  size_t left_ = 0;
};

}  // namespace berth
