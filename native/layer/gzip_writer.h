// Writes a gzip file piece by piece (ISA-L: quick rather than small).
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"

struct isal_zstream;

namespace berth::layer {

class GzipWriter {
 public:
  // Borrows the descriptor.
  explicit GzipWriter(int fd);
  ~GzipWriter();
  GzipWriter(const GzipWriter&) = delete;
  GzipWriter& operator=(const GzipWriter&) = delete;

  Status Write(std::string_view data) { return Deflate(data, false); }
  Status Finish() { return Deflate({}, true); }

 private:
  Status Deflate(std::string_view data, bool end);

  int fd_;
  std::unique_ptr<isal_zstream> stream_;
  std::vector<uint8_t> level_buffer_;
  std::vector<uint8_t> output_;
};

}  // namespace berth::layer
