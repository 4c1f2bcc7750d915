#include "layer/json_line.h"

#include <algorithm>
#include <charconv>

namespace berth::layer {

namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool Take(char wanted) {
    SkipSpace();
    if (!rest_.starts_with(wanted)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  bool String(std::string* text) {
    if (!Take('"')) {
      return false;
    }
    for (;;) {
      const size_t stop = rest_.find_first_of("\"\\");
      if (stop == std::string_view::npos) {
        return false;
      }
      text->append(rest_.substr(0, stop));
      const bool end = rest_[stop] == '"';
      rest_.remove_prefix(stop + 1);
      if (end) {
        return true;
      }
      if (!Escape(text)) {
        return false;
      }
    }
  }

  // A number or null.
  std::string_view Word() {
    SkipSpace();
    const size_t size = std::min(rest_.find_first_of(",} \t\r\n"), rest_.size());
    const std::string_view word = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return word;
  }

  [[nodiscard]] bool AtString() {
    SkipSpace();
    return rest_.starts_with('"');
  }

 private:
  void SkipSpace() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  bool Escape(std::string* text) {
    static constexpr std::string_view kFrom = "\"\\/bfnrt";
    static constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
    if (rest_.empty()) {
      return false;
    }
    const char letter = rest_[0];
    rest_.remove_prefix(1);
    if (letter == 'u') {
      return Unicode(text);
    }
    const size_t at = kFrom.find(letter);
    if (at == std::string_view::npos) {
      return false;
    }
    *text += kTo[at];
    return true;
  }

  bool Hex4(uint32_t* value) {
    if (rest_.size() < 4) {
      return false;
    }
    const auto parsed = std::from_chars(rest_.data(), rest_.data() + 4, *value, 16);
    const bool whole = parsed.ec == std::errc{} && parsed.ptr == rest_.data() + 4;
    rest_.remove_prefix(4);
    return whole;
  }

  bool Unicode(std::string* text) {
    uint32_t code = 0;
    if (!Hex4(&code)) {
      return false;
    }
    if (code >= 0xd800 && code < 0xdc00) {
      uint32_t low = 0;
      if (!rest_.starts_with("\\u")) {
        return false;
      }
      rest_.remove_prefix(2);
      if (!Hex4(&low) || low < 0xdc00 || low > 0xdfff) {
        return false;
      }
      code = 0x10000 + ((code - 0xd800) << 10U) + (low - 0xdc00);
    }
    AppendUtf8(code, text);
    return true;
  }

  static void AppendUtf8(uint32_t code, std::string* text) {
    const auto tail = [&](unsigned shift) { *text += static_cast<char>(0x80U | (code >> shift & 0x3fU)); };
    if (code < 0x80) {
      *text += static_cast<char>(code);
    } else if (code < 0x800) {
      *text += static_cast<char>(0xc0U | code >> 6U);
      tail(0);
    } else if (code < 0x10000) {
      *text += static_cast<char>(0xe0U | code >> 12U);
      tail(6);
      tail(0);
    } else {
      *text += static_cast<char>(0xf0U | code >> 18U);
      tail(12);
      tail(6);
      tail(0);
    }
  }

  std::string_view rest_;
};

bool ParseMember(Scanner* scanner, std::map<std::string, std::string>* object) {
  std::string key;
  if (!scanner->String(&key) || !scanner->Take(':')) {
    return false;
  }
  std::string value;
  if (scanner->AtString()) {
    if (!scanner->String(&value)) {
      return false;
    }
  } else {
    value = scanner->Word();
    if (value == "null") {
      return true;
    }
  }
  object->insert_or_assign(std::move(key), std::move(value));
  return true;
}

}  // namespace

Result<std::map<std::string, std::string>> ParseJsonLine(std::string_view line) {
  std::map<std::string, std::string> object;
  Scanner scanner(line);
  bool good = scanner.Take('{');
  while (good && !scanner.Take('}')) {
    good = (object.empty() || scanner.Take(',')) && ParseMember(&scanner, &object);
  }
  if (!good) {
    return Fail(0, "json", "bad line: " + std::string(line.substr(0, 64)));
  }
  return object;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const size_t length = first < 0x80   ? 1
                          : first < 0xc2 ? 0
                          : first < 0xe0 ? 2
                          : first < 0xf0 ? 3
                          : first < 0xf5 ? 4
                                         : 0;
    if (length == 0 || length > text.size()) {
      return false;
    }
    for (size_t i = 1; i < length; i++) {
      if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80) {
        return false;
      }
    }
    const auto second = length > 1 ? static_cast<unsigned char>(text[1]) : 0U;
    // Overlong forms, surrogates, beyond U+10FFFF.
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
        (first == 0xf4 && second > 0x8f)) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace berth::layer
