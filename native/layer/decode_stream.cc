#include "layer/decode_stream.h"

#include <algorithm>

namespace berth::layer {

namespace {

constexpr size_t kSlots = 8;
constexpr size_t kSlotSize = 256U << 10U;

}  // namespace

DecodeStream::DecodeStream(FileRange range, Limits limits) : decoder_(range, limits), ring_(kSlots) {
  for (Slot& slot : ring_) {
    slot.data.resize(kSlotSize);
  }
}

DecodeStream::~DecodeStream() {
  {
    const std::scoped_lock lock(mutex_);
    cancelled_ = true;
  }
  changed_.notify_all();
  thread_.Join();
}

Status DecodeStream::Start() {
  return thread_.Start([this] { Produce(); });
}

// True where the slot holds the last bytes.
Result<bool> DecodeStream::FillSlot(Slot* slot) {
  BERTH_ASSIGN(slot->size, decoder_.Fill(slot->data));
  output_digest_.Update(Bytes(slot->data).first(slot->size));
  return slot->size < slot->data.size();
}

void DecodeStream::Produce() {
  while (WaitForRoom()) {
    auto last = FillSlot(&ring_[produced_ % kSlots]);
    if (!last) {
      Publish(std::unexpected(std::move(last).error()), true);
      return;
    }
    Publish({}, *last);
    if (*last) {
      return;
    }
  }
}

bool DecodeStream::WaitForRoom() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return cancelled_ || produced_ - consumed_ < kSlots; });
  return !cancelled_;
}

void DecodeStream::Publish(Status status, bool last) {
  {
    const std::scoped_lock lock(mutex_);
    produced_ += status ? 1 : 0;
    ended_ = last;
    status_ = std::move(status);
  }
  changed_.notify_all();
}

// Gives the slot in hand back and waits for the next one; `current_` stays empty at the end.
Status DecodeStream::NextSlot() {
  std::unique_lock lock(mutex_);
  if (holding_) {
    consumed_++;
    holding_ = false;
    changed_.notify_all();
  }
  changed_.wait(lock, [this] { return produced_ > consumed_ || ended_; });
  if (produced_ > consumed_) {
    const Slot& slot = ring_[consumed_ % kSlots];
    current_ = Bytes(slot.data).first(slot.size);
    holding_ = true;
    return {};
  }
  return status_;
}

Result<Bytes> DecodeStream::Read(size_t max) {
  if (current_.empty()) {
    BERTH_TRY(NextSlot());
  }
  const Bytes data = current_.first(std::min(max, current_.size()));
  current_ = current_.subspan(data.size());
  return data;
}

}  // namespace berth::layer
