#include "runtime_cli/arguments.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "runtime_cli/commands.h"

namespace berth {

namespace {

using OptionTables = std::vector<std::span<const Option>>;

std::string Spelled(const Option& option) { return "--" + std::string(option.name); }

bool IsCalled(const Option& option, std::string_view word) {
  return word.starts_with("--") ? word.substr(2) == option.name
                                : word.size() == 2 && option.letter != '\0' && word[1] == option.letter;
}

const Option* Find(const OptionTables& tables, std::string_view word) {
  for (const std::span<const Option> table : tables) {
    const auto found = std::ranges::find_if(table, [word](const Option& option) { return IsCalled(option, word); });
    if (found != table.end()) {
      return &*found;
    }
  }
  return nullptr;
}

// Where the option's text names its values with '|' between them: whether it is one of these.
bool IsChoice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const size_t end = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, end) == value) {
      return true;
    }
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return false;
}

class Reader {
 public:
  Reader(const std::vector<std::string>& words, Arguments& arguments) : words_(words), arguments_(arguments) {}

  // Takes one option, at the current word.
  Status TakeOption(const OptionTables& tables) {
    std::string word = words_[at_++];
    const size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const bool has_value = equals != std::string::npos;
    const std::string value = has_value ? word.substr(equals + 1) : "";
    word.resize(std::min(word.size(), equals));
    const Option* const option = Find(tables, word);
    if (option == nullptr) {
      return Fail(0, "", word + ": unknown option");
    }
    if (option->kind == OptionKind::kRefused) {
      return Fail(0, "", Spelled(*option) + ": refused: " + std::string(option->text));
    }
    return option->kind == OptionKind::kFlag ? SetFlag(*option, has_value) : SetValue(*option, has_value, value);
  }

  [[nodiscard]] bool done() const { return at_ == words_.size(); }
  [[nodiscard]] bool at_option() const { return words_[at_].size() > 1 && words_[at_].starts_with('-'); }
  [[nodiscard]] bool at_end_of_options() const { return words_[at_] == "--"; }
  std::string Take() { return words_[at_++]; }

 private:
  void Add(const Option& option, std::string value) {
    arguments_.options[std::string(option.name)].push_back(std::move(value));
  }

  Status SetFlag(const Option& option, bool has_value) {
    if (has_value) {
      return Fail(0, "", Spelled(option) + ": takes no value");
    }
    Add(option, "true");
    return {};
  }

  Status SetValue(const Option& option, bool has_value, std::string value) {
    if (!has_value && done()) {
      return Fail(0, "", Spelled(option) + ": value is missing");
    }
    if (!has_value) {
      value = Take();
    }
    if (option.text.find('|') != std::string_view::npos && !IsChoice(option.text, value)) {
      return Fail(0, "", Spelled(option) + " " + value + ": expected " + std::string(option.text));
    }
    Add(option, std::move(value));
    return {};
  }

  const std::vector<std::string>& words_;
  Arguments& arguments_;
  size_t at_ = 0;
};

Status ReadCommand(const CommandSyntax& command, Reader& reader, Arguments& arguments) {
  bool options_end = false;
  while (!reader.done()) {
    if (!options_end && reader.at_end_of_options()) {
      reader.Take();
      options_end = true;
    } else if (!options_end && reader.at_option()) {
      BERTH_TRY(reader.TakeOption(command.options));
    } else {
      arguments.operands.push_back(reader.Take());
      options_end = options_end || command.ends_with_command;
    }
  }
  if (arguments.operands.size() < command.least || arguments.operands.size() > command.most) {
    const std::string expected(command.operands.empty() ? "no arguments" : command.operands);
    return Fail(0, "", std::string(command.name) + ": expected " + expected);
  }
  return {};
}

std::string OptionsText(const OptionTables& tables) {
  std::string text;
  for (const std::span<const Option> table : tables) {
    for (const Option& option : table) {
      if (option.kind != OptionKind::kRefused) {
        text += " [" + Spelled(option) + (option.text.empty() ? "" : " " + std::string(option.text)) + "]";
      }
    }
  }
  return text;
}

}  // namespace

Status ParseArguments(const std::vector<std::string>& words, Arguments& arguments) {
  Reader reader(words, arguments);
  while (!reader.done() && reader.at_option()) {
    BERTH_TRY(reader.TakeOption({GlobalOptions()}));
  }
  if (reader.done()) {
    return arguments.Has("version") || arguments.Has("help") ? Status() : Fail(0, "", "command is missing");
  }
  arguments.command = reader.Take();
  const auto command = std::ranges::find(Commands(), arguments.command, &CommandSyntax::name);
  if (command == Commands().end()) {
    return Fail(0, "", arguments.command + ": unknown command");
  }
  return ReadCommand(*command, reader, arguments);
}

std::string UsageText() {
  std::string text = "usage: berth-runtime" + OptionsText({GlobalOptions()}) + " COMMAND\n";
  for (const CommandSyntax& command : Commands()) {
    text += "  " + std::string(command.name) + OptionsText(command.options) +
            (command.operands.empty() ? "" : " " + std::string(command.operands)) + "\n";
  }
  return text;
}

}  // namespace berth
