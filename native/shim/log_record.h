// A container's output as log records: Docker's json-file lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shim/memory.h"

namespace berth {

// A longer line is cut into records of which only the last ends in a newline.
inline constexpr size_t kLogLineLimit = 16384;

// Length of the longest part of `text` of at most `limit` bytes that does not end within a UTF-8 sequence.
size_t Utf8Prefix(std::string_view text, size_t limit);

// Cuts a stream of bytes into the texts of records.
class LineSplitter {
 public:
  // Calls `emit(std::string_view)` for each line, its newline included, and for each part of one that is too long.
  template <typename Emit>
  void Feed(std::string_view data, Emit&& emit) {
    while (!data.empty()) {
      const size_t newline = data.find('\n');
      const size_t length = newline == std::string_view::npos ? data.size() : newline + 1;
      Add(data.substr(0, length), newline != std::string_view::npos, emit);
      data.remove_prefix(length);
    }
  }

  // Emits what came without a newline, at the end of the stream.
  template <typename Emit>
  void Finish(Emit&& emit) {
    if (!pending_.empty()) {
      emit(std::string_view(pending_));
      ReleaseText(pending_);
    }
  }

 private:
  template <typename Emit>
  void Add(std::string_view piece, bool complete, Emit&& emit) {
    if (pending_.empty() && complete && piece.size() <= kLogLineLimit) {
      emit(piece);
      return;
    }
    pending_.append(piece);
    while (pending_.size() > kLogLineLimit) {
      const size_t cut = Utf8Prefix(pending_, kLogLineLimit);
      emit(std::string_view(pending_).substr(0, cut));
      pending_.erase(0, cut);
    }
    if (complete) {
      Finish(emit);
    }
  }

  std::string pending_;
};

// Appends `{"log":"…","stream":"…","time":"…"}` and a newline. Bytes that are not UTF-8 become U+FFFD.
void AppendLogRecord(std::string& out, std::string_view text, std::string_view stream, std::string_view time);

}  // namespace berth
