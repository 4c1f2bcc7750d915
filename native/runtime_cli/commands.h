// Which commands and options there are.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace berth {

enum class OptionKind { kFlag, kValue, kRefused };

struct Option {
  std::string_view name;
  char letter = '\0';  // '\0': none
  OptionKind kind = OptionKind::kFlag;
  std::string_view text = {};  // what its value is ("a|b": one of these), or why it is refused
};

struct CommandSyntax {
  std::string_view name;
  std::string_view operands;  // in words
  size_t least;
  size_t most;
  std::vector<std::span<const Option>> options;
  bool ends_with_command = false;  // the operands hold a command line of the container: options end where they begin
};

std::span<const Option> GlobalOptions();
std::span<const CommandSyntax> Commands();

}  // namespace berth
