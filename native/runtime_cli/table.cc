#include "runtime_cli/table.h"

#include <algorithm>

namespace berth {

std::string TableText(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (const std::vector<std::string>& row : rows) {
    for (size_t column = 0; column < row.size(); ++column) {
      size_t width = 0;
      for (const std::vector<std::string>& other : rows) {
        width = std::max(width, other[column].size());
      }
      const bool last = column + 1 == row.size();
      text += row[column] + (last ? "\n" : std::string(width - row[column].size() + 2, ' '));
    }
  }
  return text;
}

}  // namespace berth
