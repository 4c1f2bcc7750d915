// Tar archives made by hand, so that tests can say what no tar program would write.
#pragma once

#include <cstdint>
#include <string>

namespace berth::layer {

struct Header {
  std::string name{};
  char type = '0';
  std::string link{};
  unsigned mode = 0644;
  uint64_t size = 0;  // of the payload that follows
  unsigned uid = 0;
  unsigned gid = 0;
  uint64_t mtime = 1'000'000'000;
  unsigned device_major = 0;
  unsigned device_minor = 0;
};

// One header block in ustar form with a right checksum. Texts are cut to their fields.
std::string HeaderBlock(const Header& header);

// Header, payload and padding; the size field is the payload's.
std::string Member(Header header, const std::string& payload = "");
std::string File(const std::string& name, const std::string& payload);
std::string Directory(const std::string& name, unsigned mode = 0755);
std::string Symlink(const std::string& name, const std::string& target);
std::string HardLink(const std::string& name, const std::string& target);

// A pax header with one `key=value` record, for the member that comes next.
std::string Pax(const std::string& key, const std::string& value);
// Several records, already formatted by PaxRecord().
std::string PaxOf(const std::string& records);
std::string PaxRecord(const std::string& key, const std::string& value);

// Two blocks of zeros.
std::string End();
std::string Padding(size_t size);
std::string Gzip(const std::string& data);

}  // namespace berth::layer
