// rawTerminal and restoreTerminal. The token holds the settings as they were, byte by byte in hexadecimal digits.
#include <termios.h>

#include <charconv>
#include <cstring>

#include "addon/arguments.h"
#include "addon/failure.h"
#include "addon/functions.h"

namespace berth::addon {

namespace {

std::string TokenOf(const termios& settings) {
  constexpr char kDigits[] = "0123456789abcdef";
  unsigned char bytes[sizeof settings];
  std::memcpy(bytes, &settings, sizeof settings);
  std::string token;
  for (const unsigned char byte : bytes) {
    token += kDigits[byte >> 4U];
    token += kDigits[byte & 15U];
  }
  return token;
}

bool ReadToken(const std::string& token, termios* settings) {
  unsigned char bytes[sizeof *settings];
  if (token.size() != 2 * sizeof bytes) {
    return false;
  }
  for (size_t i = 0; i < sizeof bytes; ++i) {
    const char* const at = token.data() + 2 * i;
    if (std::from_chars(at, at + 2, bytes[i], 16).ptr != at + 2) {
      return false;
    }
  }
  std::memcpy(settings, bytes, sizeof bytes);
  return true;
}

Napi::Value RawTerminalJs(const Napi::CallbackInfo& info) {
  const int fd = static_cast<int>(Integer(info[0]));
  termios settings{};
  if (::tcgetattr(fd, &settings) != 0) {
    Throw(info.Env(), Failure(Errno("tcgetattr", "terminal").error()));
  }
  const std::string token = TokenOf(settings);
  ::cfmakeraw(&settings);
  if (::tcsetattr(fd, TCSADRAIN, &settings) != 0) {
    Throw(info.Env(), Failure(Errno("tcsetattr", "terminal").error()));
  }
  return Napi::String::New(info.Env(), token);
}

Napi::Value RestoreTerminalJs(const Napi::CallbackInfo& info) {
  termios settings{};
  if (!ReadToken(Text(info[1]), &settings)) {
    Throw(info.Env(), Failure({0, "tcsetattr", "internal: not a token of rawTerminal"}));
  }
  if (::tcsetattr(static_cast<int>(Integer(info[0])), TCSADRAIN, &settings) != 0) {
    Throw(info.Env(), Failure(Errno("tcsetattr", "terminal").error()));
  }
  return info.Env().Undefined();
}

}  // namespace

void ExportTerminal(Napi::Object exports) {
  Export(exports, "rawTerminal", RawTerminalJs);
  Export(exports, "restoreTerminal", RestoreTerminalJs);
}

}  // namespace berth::addon
