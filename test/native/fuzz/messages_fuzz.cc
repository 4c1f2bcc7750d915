// What comes over the sockets: requests of the control socket, frames of the attach stream in pieces of any size, records of
// the start protocol. The first byte says how the frames are cut.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "runtime/report.h"
#include "runtime_cli/sync_socket.h"
#include "shim/control.h"
#include "shim/frames.h"

namespace {

class CountingSink final : public berth::FrameSink {
 public:
  void OnStdin(std::string_view data) override { bytes += data.size(); }
  void OnStdinEof() override {}
  void OnResize(uint16_t, uint16_t) override {}
  void OnSignal(int) override {}
  size_t bytes = 0;
};

void FeedFrames(std::string_view text, size_t piece) {
  CountingSink sink;
  berth::FrameDecoder decoder;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t length = std::min(piece, rest.size());
    if (!decoder.Feed(rest.substr(0, length), sink)) {
      break;
    }
    rest.remove_prefix(length);
  }
  if (sink.bytes > text.size()) {
    std::abort();
  }
}

// Any record is told as a text, and what we send ourselves ends where it should.
void TellFailure(std::string_view text) {
  berth::SyncMessage message;
  std::memcpy(static_cast<void*>(&message), text.data(), std::min(text.size(), sizeof message));
  const berth::Error error = berth::FailureOf(message);
  if (error.what.size() > sizeof message + 8) {
    std::abort();
  }
  const berth::SyncMessage sent = berth::FailedMessage(text, {1, "call", std::string(text)});
  if (std::memchr(sent.step, 0, sizeof sent.step) == nullptr ||
      std::memchr(sent.what, 0, sizeof sent.what) == nullptr) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)berth::ParseControlRequest(text);
  TellFailure(text);
  if (!text.empty()) {
    FeedFrames(text.substr(1), data[0] == 0 ? 1 : data[0]);
  }
  return 0;
}
