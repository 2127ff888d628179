// Blocks → lines: any split gives the lines that a plain search finds, and the same verdict on
// UTF-8.
//
// The first byte chooses the line end, the next three the size of the blocks.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "input/line_splitter.h"

namespace {

using wscope::input::LineEnd;
using wscope::input::LineSplitter;

void require(bool holds) {
  if (!holds) std::abort();
}

std::vector<std::string> plainly(std::string_view text, char end) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t at = text.find(end);
    std::string line(text.substr(0, at));
    if (at != text.npos && end == '\n' && !line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
    text = at == text.npos ? std::string_view() : text.substr(at + 1);
  }
  return lines;
}

void drain(LineSplitter& splitter, std::vector<std::string>& lines) {
  std::string_view line;
  while (splitter.next(line)) {
    require(splitter.line_is_utf8() == wscope::is_valid_utf8(line));
    lines.emplace_back(line);
    require(splitter.line_number() == lines.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const bool nul = (data[0] & 1) != 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 4, size - 4);
  LineSplitter splitter(nul ? LineEnd::kNul : LineEnd::kNewline, true);
  std::vector<std::string> lines;
  std::string_view rest = text;
  for (std::size_t i = 0; !rest.empty(); ++i) {
    const std::string_view piece = rest.substr(0, 1 + data[1 + i % 3] % 64);
    rest.remove_prefix(piece.size());
    // A copy of its own size, so that a view beyond it or behind its life is found.
    const auto block = std::make_unique<char[]>(piece.size());
    piece.copy(block.get(), piece.size());
    splitter.feed({block.get(), piece.size()});
    drain(splitter, lines);
  }
  splitter.finish();
  drain(splitter, lines);
  require(lines == plainly(text, nul ? '\0' : '\n'));
  return 0;
}
