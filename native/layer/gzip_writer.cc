#include "layer/gzip_writer.h"

#include <isa-l.h>

#include "base/file.h"

namespace berth::layer {

GzipWriter::GzipWriter(int fd)
    : fd_(fd), stream_(std::make_unique<isal_zstream>()), level_buffer_(ISAL_DEF_LVL1_DEFAULT), output_(64U << 10U) {
  isal_deflate_init(stream_.get());
  stream_->gzip_flag = IGZIP_GZIP;
  stream_->level = 1;
  stream_->level_buf = level_buffer_.data();
  stream_->level_buf_size = static_cast<uint32_t>(level_buffer_.size());
}

GzipWriter::~GzipWriter() = default;

Status GzipWriter::Deflate(std::string_view data, bool end) {
  // ISA-L's structure has no const, but it only reads from next_in.
  stream_->next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(data.data()));
  stream_->avail_in = static_cast<uint32_t>(data.size());
  stream_->end_of_stream = end ? 1 : 0;
  do {
    stream_->next_out = output_.data();
    stream_->avail_out = static_cast<uint32_t>(output_.size());
    if (const int code = isal_deflate(stream_.get()); code != COMP_OK) {
      return Fail(0, "gzip", "code " + std::to_string(code));
    }
    const size_t size = output_.size() - stream_->avail_out;
    BERTH_TRY(WriteAll(fd_, {reinterpret_cast<const char*>(output_.data()), size}, "gzip file"));
  } while (stream_->avail_out == 0);
  return {};
}

}  // namespace berth::layer
