#pragma once

#include <string>
#include <vector>

namespace berth {

// Rows of the same length as lines, columns aligned to the left and two blanks apart. The last column is as it is.
std::string TableText(const std::vector<std::vector<std::string>>& rows);

}  // namespace berth
