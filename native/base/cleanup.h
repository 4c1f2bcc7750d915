// Undoes something at the end of a scope unless it is released on success.
#pragma once

#include <utility>

namespace berth {

template <typename F>
class [[nodiscard]] Cleanup {
 public:
  explicit Cleanup(F undo) : undo_(std::move(undo)) {}
  Cleanup(const Cleanup&) = delete;
  Cleanup& operator=(const Cleanup&) = delete;
  ~Cleanup() {
    if (armed_) {
      undo_();
    }
  }
  void Release() { armed_ = false; }

 private:
  F undo_;
  bool armed_ = true;
};

}  // namespace berth
