#include "shim/log_record.h"

#include <algorithm>
#include <cstdio>

namespace berth {

namespace {

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// Length that the first byte of a sequence announces; 0 where no sequence begins with it.
size_t AnnouncedLength(char first) {
  const auto byte = static_cast<unsigned char>(first);
  if (byte < 0x80) {
    return 1;
  }
  if (byte >= 0xC2 && byte <= 0xDF) {
    return 2;
  }
  if (byte >= 0xE0 && byte <= 0xEF) {
    return 3;
  }
  return byte >= 0xF0 && byte <= 0xF4 ? 4 : 0;
}

// Overlong forms, surrogates and what lies above U+10FFFF show in the second byte (Unicode, table 3-7).
bool SecondByteFits(char first, char second) {
  const auto byte = static_cast<unsigned char>(second);
  switch (static_cast<unsigned char>(first)) {
    case 0xE0:
      return byte >= 0xA0;
    case 0xED:
      return byte <= 0x9F;
    case 0xF0:
      return byte >= 0x90;
    case 0xF4:
      return byte <= 0x8F;
    default:
      return true;
  }
}

// Length of the valid sequence at the start of `text`; 0 where there is none.
size_t SequenceLength(std::string_view text) {
  const size_t length = AnnouncedLength(text[0]);
  if (length == 0 || length > text.size()) {
    return 0;
  }
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) {
      return 0;
    }
  }
  return length == 1 || SecondByteFits(text[0], text[1]) ? length : 0;
}

void AppendAscii(std::string& out, char byte) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (static_cast<unsigned char>(byte) >= 0x20) {
    out += byte;
    return;
  }
  char escape[8];
  std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(byte));
  out += escape;
}

void AppendEscaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 1) {
      AppendAscii(out, text[0]);
    } else if (length > 1) {
      out += text.substr(0, length);
    } else {
      out += "\\ufffd";
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
}

}  // namespace

size_t Utf8Prefix(std::string_view text, size_t limit) {
  if (text.size() <= limit) {
    return text.size();
  }
  // A sequence has at most three continuation bytes; more of them are no UTF-8, and then any cut is as good.
  for (size_t cut = limit; cut > 0 && limit - cut < 4; --cut) {
    if (!IsContinuation(text[cut])) {
      return cut;
    }
  }
  return limit;
}

void AppendLogRecord(std::string& out, std::string_view text, std::string_view stream, std::string_view time) {
  out += R"({"log":")";
  AppendEscaped(out, text);
  out += R"(","stream":")";
  out += stream;
  out += R"(","time":")";
  out += time;
  out += "\"}\n";
}

}  // namespace berth
