#include "layer/stream_output.h"

#include "base/file.h"

namespace berth::layer {

namespace {

constexpr size_t kBufferSize = 256U << 10U;

}  // namespace

Status StreamOutput::Write(Bytes data) {
  digest_.Update(data);
  bytes_ += data.size();
  if (fd_ < 0) {
    return {};
  }
  buffer_.insert(buffer_.end(), data.begin(), data.end());
  return buffer_.size() < kBufferSize ? Status{} : Flush();
}

Status StreamOutput::Flush() {
  BERTH_TRY(WriteAll(fd_, {reinterpret_cast<const char*>(buffer_.data()), buffer_.size()}, "tar stream"));
  buffer_.clear();
  return {};
}

Result<StreamResult> StreamOutput::Finish(uint64_t size) {
  if (fd_ >= 0) {
    BERTH_TRY(Flush());
  }
  return StreamResult{digest_.Finish(), size, bytes_};
}

}  // namespace berth::layer
