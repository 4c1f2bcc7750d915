// tar-split: what a tar stream held besides the contents of files, so that the exact stream can be put together again
// from an unpacked tree. The format is Docker's tar-split.json.gz, one JSON object a line, gzipped:
//
//   {"type":2,"payload":"<base64>","position":0}                            bytes of the stream as they were
//   {"type":1,"name":"etc/passwd","size":1024,"payload":"<crc64, base64>","position":1}   a file's content goes here
//
// Names that aren't UTF-8 stand in "name_raw", base64.
#pragma once

#include <string>

#include "base/unique_fd.h"
#include "layer/crc64.h"
#include "layer/decoder.h"
#include "layer/gzip_writer.h"
#include "layer/tar_reader.h"

namespace berth::layer {

class TarSplitWriter final : public RawObserver {
 public:
  // Borrows the descriptor of an empty file.
  explicit TarSplitWriter(int fd) : gzip_(fd) {}

  // Bytes that are kept as they are. Runs of them are joined.
  Status Raw(Bytes data) override;
  // A file whose content is read from the tree at assembly; size 0 for members without content.
  Status File(const std::string& name, uint64_t size, const Crc64& crc);
  Status Finish();

 private:
  Status FlushSegment();
  Status WriteLine(const std::string& fields);

  GzipWriter gzip_;
  std::string segment_;
  uint64_t position_ = 0;
};

struct TarSplitEntry {
  bool is_file = false;
  std::string name;
  uint64_t size = 0;
  std::string payload;
};

class TarSplitReader {
 public:
  // Borrows the descriptor of a gzip file.
  explicit TarSplitReader(int fd);
  // False at the end.
  Result<bool> Next(TarSplitEntry* entry);

 private:
  Result<bool> ReadLine(std::string* line);

  Decoder decoder_;
  std::string buffer_;
  size_t used_ = 0;
};

}  // namespace berth::layer
