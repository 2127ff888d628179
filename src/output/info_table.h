// info_table: the rows of /info → aligned lines that fit the terminal.
//
// Labels stand in a column of their own; a value that is wider than what is left goes on below
// itself, broken at blanks where it has some. Values are escaped. Each line ends in '\n'. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/event_sink.h"
#include "output/palette.h"

namespace wscope::output {

std::string info_table(const std::vector<InfoRow>& rows, std::size_t columns,
                       const Palette& palette);

}  // namespace wscope::output
