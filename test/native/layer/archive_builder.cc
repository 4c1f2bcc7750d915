#include "layer/archive_builder.h"

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace berth::layer {

namespace {

void PutText(std::string* block, size_t offset, size_t size, const std::string& text) {
  block->replace(offset, std::min(size, text.size()), text, 0, size);
}

void PutOctal(std::string* block, size_t offset, size_t size, uint64_t number) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%0*llo", static_cast<int>(size - 1), static_cast<unsigned long long>(number));
  PutText(block, offset, size, digits);
}

}  // namespace

std::string Padding(size_t size) { return std::string((512 - size % 512) % 512, '\0'); }

std::string End() { return std::string(1024, '\0'); }

std::string HeaderBlock(const Header& header) {
  std::string block(512, '\0');
  PutText(&block, 0, 100, header.name);
  PutOctal(&block, 100, 8, header.mode);
  PutOctal(&block, 108, 8, header.uid);
  PutOctal(&block, 116, 8, header.gid);
  PutOctal(&block, 124, 12, header.size);
  PutOctal(&block, 136, 12, header.mtime);
  block.replace(148, 8, "        ");
  block[156] = header.type;
  PutText(&block, 157, 100, header.link);
  block.replace(257, 8, std::string("ustar\00000", 8));
  PutOctal(&block, 329, 8, header.device_major);
  PutOctal(&block, 337, 8, header.device_minor);
  uint64_t sum = 0;
  for (const char c : block) {
    sum += static_cast<unsigned char>(c);
  }
  PutOctal(&block, 148, 7, sum);
  block[154] = '\0';
  return block;
}

std::string Member(Header header, const std::string& payload) {
  header.size = payload.size();
  return HeaderBlock(header) + payload + Padding(payload.size());
}

std::string File(const std::string& name, const std::string& payload) { return Member({.name = name}, payload); }

std::string Directory(const std::string& name, unsigned mode) {
  return Member({.name = name, .type = '5', .mode = mode});
}

std::string Symlink(const std::string& name, const std::string& target) {
  return Member({.name = name, .type = '2', .link = target, .mode = 0777});
}

std::string HardLink(const std::string& name, const std::string& target) {
  return Member({.name = name, .type = '1', .link = target});
}

std::string PaxRecord(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) {
    length = std::to_string(length).size() + rest.size();
  }
  return std::to_string(length) + rest;
}

std::string PaxOf(const std::string& records) { return Member({.name = "PaxHeaders/x", .type = 'x'}, records); }

std::string Pax(const std::string& key, const std::string& value) { return PaxOf(PaxRecord(key, value)); }

std::string Gzip(const std::string& data) {
  z_stream stream{};
  if (::deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string out(::deflateBound(&stream, data.size()) + 32, '\0');
  std::string in = data;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (code != Z_STREAM_END) {
    throw std::runtime_error("deflate");
  }
  return out;
}

}  // namespace berth::layer
