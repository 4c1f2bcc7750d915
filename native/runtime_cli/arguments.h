// The command line: `berth-runtime [global options] command [options] [arguments]`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace berth {

struct Arguments {
  std::string command;
  // By long name, global ones too; every value that was given. A flag's value is "true".
  std::map<std::string, std::vector<std::string>> options;
  std::vector<std::string> operands;

  [[nodiscard]] bool Has(const std::string& name) const { return options.contains(name); }
  // The last value.
  [[nodiscard]] std::string Get(const std::string& name, const std::string& absent = {}) const {
    const auto found = options.find(name);
    return found == options.end() ? absent : found->second.back();
  }
  [[nodiscard]] std::vector<std::string> All(const std::string& name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::vector<std::string>() : found->second;
  }
};

// Global options stand before the command, its own anywhere after it; `--name value` and `--name=value`. Where a
// container's command line is an operand, options end at the first operand; "--" ends them anywhere. An error has
// errnum 0 and names the option: unknown ones, those that this runtime refuses, and a wrong number of operands.
// Options that were read before the error are in `arguments`, so that it can be logged where the caller asked for it.
Status ParseArguments(const std::vector<std::string>& words, Arguments& arguments);

// What can be said on the command line, for `--help`.
std::string UsageText();

}  // namespace berth
