#include "runtime_cli/arguments.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>

namespace berth {

namespace {

enum class Kind { kFlag, kValue, kRefused };

struct Option {
  std::string_view name;
  char letter;  // '\0': none
  Kind kind;
  std::string_view text;  // what its value is, or why it is refused
};

constexpr Option kGlobal[] = {
    {"root", '\0', Kind::kValue, "DIR"},
    {"log", '\0', Kind::kValue, "FILE"},
    {"log-format", '\0', Kind::kValue, "text|json"},
    {"debug", '\0', Kind::kFlag, ""},
    {"version", 'v', Kind::kFlag, ""},
    {"help", 'h', Kind::kFlag, ""},
    {"systemd-cgroup", '\0', Kind::kRefused, "cgroups are made in cgroupfs, never asked of systemd"},
};

constexpr Option kCreate[] = {
    {"bundle", 'b', Kind::kValue, "DIR"},
    {"pid-file", '\0', Kind::kValue, "FILE"},
    {"console-socket", '\0', Kind::kValue, "SOCKET"},
    {"no-pivot", '\0', Kind::kRefused, "without pivot_root a container can reach the host's tree"},
};
constexpr Option kDetach[] = {{"detach", 'd', Kind::kFlag, ""}};
constexpr Option kKill[] = {{"all", 'a', Kind::kFlag, ""}};
constexpr Option kDelete[] = {{"force", 'f', Kind::kFlag, ""}};
constexpr Option kList[] = {{"format", 'f', Kind::kValue, "table|json"}, {"quiet", 'q', Kind::kFlag, ""}};

struct Command {
  std::string_view name;
  std::string_view operands;
  size_t least;
  size_t most;
  std::span<const Option> options;
  std::span<const Option> more = {};
};

const Command kCommands[] = {
    {"create", "ID", 1, 1, kCreate},
    {"start", "ID", 1, 1, {}},
    {"run", "ID", 1, 1, kCreate, kDetach},
    {"state", "ID", 1, 1, {}},
    {"kill", "ID [SIGNAL]", 1, 2, kKill},
    {"delete", "ID", 1, 1, kDelete},
    {"list", "", 0, 0, kList},
};

std::string Spelled(const Option& option) { return "--" + std::string(option.name); }

const Option* Find(std::span<const Option> options, std::string_view word) {
  const auto found = std::ranges::find_if(options, [word](const Option& option) {
    return word.starts_with("--") ? word.substr(2) == option.name
                                  : word.size() == 2 && option.letter != '\0' && word[1] == option.letter;
  });
  return found == options.end() ? nullptr : &*found;
}

class Reader {
 public:
  Reader(const std::vector<std::string>& words, Arguments& arguments) : words_(words), arguments_(arguments) {}

  // Takes one option, at the current word.
  Status TakeOption(std::span<const Option> options, std::span<const Option> more = {}) {
    std::string word = words_[at_++];
    const size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const bool has_value = equals != std::string::npos;
    const std::string value = has_value ? word.substr(equals + 1) : "";
    word.resize(std::min(word.size(), equals));
    const Option* const first = Find(options, word);
    const Option* const option = first != nullptr ? first : Find(more, word);
    if (option == nullptr) {
      return Fail(0, "", word + ": unknown option");
    }
    if (option->kind == Kind::kRefused) {
      return Fail(0, "", Spelled(*option) + ": refused: " + std::string(option->text));
    }
    return option->kind == Kind::kFlag ? SetFlag(*option, has_value) : SetValue(*option, has_value, value);
  }

  [[nodiscard]] bool done() const { return at_ == words_.size(); }
  [[nodiscard]] bool at_option() const { return words_[at_].size() > 1 && words_[at_].starts_with('-'); }
  std::string Take() { return words_[at_++]; }

 private:
  Status SetFlag(const Option& option, bool has_value) {
    if (has_value) {
      return Fail(0, "", Spelled(option) + ": takes no value");
    }
    arguments_.options[std::string(option.name)] = "true";
    return {};
  }

  Status SetValue(const Option& option, bool has_value, const std::string& value) {
    if (!has_value && done()) {
      return Fail(0, "", Spelled(option) + ": value is missing");
    }
    arguments_.options[std::string(option.name)] = has_value ? value : Take();
    return {};
  }

  const std::vector<std::string>& words_;
  Arguments& arguments_;
  size_t at_ = 0;
};

Status CheckChoice(const Arguments& arguments, const char* name, std::string_view one, std::string_view other) {
  const std::string value = arguments.Get(name, std::string(one));
  if (value != one && value != other) {
    return Fail(
        0, "", "--" + std::string(name) + " " + value + ": expected " + std::string(one) + " or " + std::string(other));
  }
  return {};
}

Status CheckOperands(const Command& command, size_t count) {
  if (count < command.least || count > command.most) {
    return Fail(0, "",
                std::string(command.name) + ": expected " +
                    (command.operands.empty() ? "no arguments" : std::string(command.operands)));
  }
  return {};
}

void AppendOptions(std::span<const Option> options, std::string& text) {
  for (const Option& option : options) {
    if (option.kind != Kind::kRefused) {
      text += " [" + Spelled(option) + (option.text.empty() ? "" : " " + std::string(option.text)) + "]";
    }
  }
}

}  // namespace

Status ParseArguments(const std::vector<std::string>& words, Arguments& arguments) {
  Reader reader(words, arguments);
  while (!reader.done() && reader.at_option()) {
    BERTH_TRY(reader.TakeOption(kGlobal));
  }
  BERTH_TRY(CheckChoice(arguments, "log-format", "text", "json"));
  if (reader.done()) {
    return arguments.Has("version") || arguments.Has("help") ? Status() : Fail(0, "", "command is missing");
  }
  arguments.command = reader.Take();
  const Command* const command = std::ranges::find(kCommands, arguments.command, &Command::name);
  if (command == std::end(kCommands)) {
    return Fail(0, "", arguments.command + ": unknown command");
  }
  while (!reader.done()) {
    if (reader.at_option()) {
      BERTH_TRY(reader.TakeOption(command->options, command->more));
    } else {
      arguments.operands.push_back(reader.Take());
    }
  }
  BERTH_TRY(CheckChoice(arguments, "format", "table", "json"));
  return CheckOperands(*command, arguments.operands.size());
}

std::string UsageText() {
  std::string text = "usage: berth-runtime";
  AppendOptions(kGlobal, text);
  text += " COMMAND\n";
  for (const Command& command : kCommands) {
    text += "  " + std::string(command.name);
    AppendOptions(command.options, text);
    AppendOptions(command.more, text);
    text += (command.operands.empty() ? "" : " " + std::string(command.operands)) + "\n";
  }
  return text;
}

}  // namespace berth
