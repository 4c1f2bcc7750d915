#include "shim/frames.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace berth {

namespace {

constexpr size_t kNumberLength = 4;

bool IsNumber(FrameType type) { return type == FrameType::kResize || type == FrameType::kSignal; }

}  // namespace

FrameHeader EncodeFrameHeader(FrameType type, size_t length) {
  FrameHeader header{};
  header[0] = static_cast<char>(type);
  const uint32_t size = htonl(static_cast<uint32_t>(length));
  std::memcpy(header.data() + 4, &size, sizeof size);
  return header;
}

std::array<char, 4> EncodeInt32(int32_t value) {
  std::array<char, 4> bytes{};
  const uint32_t number = htonl(static_cast<uint32_t>(value));
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

int32_t DecodeInt32(const char* bytes) {
  uint32_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return static_cast<int32_t>(ntohl(number));
}

uint16_t DecodeUint16(const char* bytes) {
  uint16_t number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return ntohs(number);
}

bool FrameDecoder::Feed(std::string_view data, FrameSink& sink) {
  while (!data.empty()) {
    if (in_payload_) {
      TakePayload(data, sink);
      continue;
    }
    const size_t take = std::min(kFrameHeader - filled_, data.size());
    std::memcpy(small_.data() + filled_, data.data(), take);
    filled_ += take;
    data.remove_prefix(take);
    if (filled_ == kFrameHeader && !BeginFrame(sink)) {
      return false;
    }
  }
  return true;
}

bool FrameDecoder::BeginFrame(FrameSink& sink) {
  type_ = static_cast<FrameType>(small_[0]);
  left_ = static_cast<uint32_t>(DecodeInt32(small_.data() + 4));
  filled_ = 0;
  if (left_ > kFrameLimit || (IsNumber(type_) && left_ != kNumberLength)) {
    return false;
  }
  in_payload_ = true;
  if (left_ == 0) {
    EndFrame(sink);
  }
  return true;
}

void FrameDecoder::TakePayload(std::string_view& data, FrameSink& sink) {
  const std::string_view piece = data.substr(0, left_);
  if (type_ == FrameType::kStdin) {
    sink.OnStdin(piece);
  } else if (IsNumber(type_)) {
    std::memcpy(small_.data() + filled_, piece.data(), piece.size());
    filled_ += piece.size();
  }
  left_ -= piece.size();
  data.remove_prefix(piece.size());
  if (left_ == 0) {
    EndFrame(sink);
  }
}

void FrameDecoder::EndFrame(FrameSink& sink) {
  in_payload_ = false;
  filled_ = 0;
  switch (type_) {
    case FrameType::kStdinEof:
      sink.OnStdinEof();
      break;
    case FrameType::kResize:
      sink.OnResize(DecodeUint16(small_.data()), DecodeUint16(small_.data() + 2));
      break;
    case FrameType::kSignal:
      sink.OnSignal(DecodeInt32(small_.data()));
      break;
    default:
      break;
  }
}

}  // namespace berth
