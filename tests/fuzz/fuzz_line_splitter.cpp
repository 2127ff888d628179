// LineSplitter: the same lines in any blocks, none lost, none made up, each judged as UTF-8
// rightly.
//
// Input: one byte of switches, one for the size of the blocks, then the bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "input/line_splitter.h"

using wscope::input::Backlog;
using wscope::input::LineEnd;
using wscope::input::LineSplitter;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

/// What wscope(1), INPUT says a line is, in the plainest words.
std::vector<std::string> expected(LineEnd end, std::string_view bytes) {
  std::vector<std::string> lines;
  const char letter = end == LineEnd::kNul ? '\0' : '\n';
  while (!bytes.empty()) {
    const std::size_t at = bytes.find(letter);
    std::string line(bytes.substr(0, at));
    const bool ended = at != std::string_view::npos;
    if (ended && end == LineEnd::kNewline && !line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
    bytes.remove_prefix(ended ? at + 1 : bytes.size());
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const LineEnd end = (data[0] & 1) != 0 ? LineEnd::kNul : LineEnd::kNewline;
  const bool check = (data[0] & 2) != 0;
  const std::size_t block = data[1] == 0 ? size : data[1];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  const auto lines = expected(end, bytes);
  LineSplitter splitter(end, check);
  std::size_t seen = 0;
  wscope::ByteBuffer taken;
  const auto take_lines = [&] {
    std::string_view line;
    for (;;) {
      const Backlog backlog = splitter.backlog();
      if (!splitter.next(line)) return;
      require(backlog.messages() > 0);
      require(seen < lines.size() && line == lines[seen]);
      ++seen;
      wscope::ByteBuffer* const storage = splitter.line_storage();
      if (storage != nullptr) {
        require(storage->view() == line);
        if (seen % 2 == 0) storage->swap(taken);
      }
      require(splitter.line_number() == seen);
      if (check) require(splitter.line_is_utf8() == wscope::is_valid_utf8(lines[seen - 1]));
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += block) {
    // A block of its own, so that a sanitizer sees a view that outlives it.
    const std::string copy(bytes.substr(at, block));
    splitter.feed(copy);
    take_lines();
  }
  splitter.finish();
  take_lines();
  require(seen == lines.size());
  require(splitter.backlog().messages() == 0);
  return 0;
}
