// Decompresses and hashes in a thread of its own, ahead of whoever reads: two processors work on one layer.
#pragma once

#include <condition_variable>
#include <mutex>
#include <vector>

#include "layer/byte_source.h"
#include "layer/decoder.h"
#include "layer/digest.h"
#include "layer/thread.h"

namespace berth::layer {

class DecodeStream final : public ByteSource {
 public:
  DecodeStream(FileRange range, Limits limits);
  ~DecodeStream() override;

  Status Start();
  Result<Bytes> Read(size_t max) override;

  // After Read() came to the end.
  [[nodiscard]] std::string InputDigest() { return decoder_.InputDigest(); }
  [[nodiscard]] std::string OutputDigest() { return output_digest_.Finish(); }
  [[nodiscard]] uint64_t bytes_out() const { return decoder_.bytes_out(); }

 private:
  struct Slot {
    std::vector<uint8_t> data;
    size_t size = 0;
  };

  void Produce();
  Result<bool> FillSlot(Slot* slot);
  bool WaitForRoom();
  void Publish(Status status, bool last);
  Status NextSlot();

  Decoder decoder_;
  Sha256 output_digest_;
  std::vector<Slot> ring_;

  std::mutex mutex_;
  std::condition_variable changed_;
  size_t produced_ = 0;  // slots, counted from the beginning
  size_t consumed_ = 0;
  bool ended_ = false;
  bool cancelled_ = false;
  Status status_;

  bool holding_ = false;  // the reader is inside slot consumed_
  Bytes current_;
  // Last: it is joined before anything that it uses goes.
  Thread thread_;
};

}  // namespace berth::layer
