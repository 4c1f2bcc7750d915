#pragma once

#include <string>
#include <vector>

namespace berth {

// The texts as execve(2) takes them, with a null pointer at the end. They stay the caller's.
inline std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) {
    pointers.push_back(const_cast<char*>(text.c_str()));  // execve changes nothing
  }
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace berth
