#include "input/paste_store.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace wscope::input {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;

std::string size_words(std::size_t bytes) {
  char words[32];
  if (bytes >= std::size_t{1} << 20) {
    std::snprintf(words, sizeof words, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  } else {
    std::snprintf(words, sizeof words, "%zu bytes", bytes);
  }
  return words;
}

}  // namespace

std::string PasteStore::mark(std::string paste) {
  const auto lines = 1 + std::count(paste.begin(), paste.end(), '\n');
  std::string mark = "[paste " + std::to_string(++count_) + ": " + size_words(paste.size());
  if (lines > 1) mark += ", " + std::to_string(lines) + " lines";
  mark += "]";
  bytes_ += paste.size();
  kept_.push_back({mark, std::move(paste)});
  // The newest stays, whatever its size: it is in the line.
  while (bytes_ > kMostBytes && kept_.size() > 1) {
    bytes_ -= kept_.front().paste.size();
    kept_.pop_front();
  }
  return mark;
}

std::string PasteStore::expand(std::string_view line) const {
  std::string expanded;
  std::size_t begin = 0;
  for (std::size_t at = line.find("[paste "); at != std::string_view::npos;
       at = line.find("[paste ", at + 1)) {
    const std::string_view rest = line.substr(at);
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
      return rest.substr(0, kept.mark.size()) == kept.mark;
    });
    if (found == kept_.end()) continue;
    expanded.append(line.substr(begin, at - begin)).append(found->paste);
    begin = at + found->mark.size();
  }
  return expanded.append(line.substr(begin));
}

std::size_t rows_of(std::string_view text, std::size_t columns) {
  std::size_t rows = 0;
  for (;;) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    rows += end / columns + 1;
    if (end == text.size()) return rows;
    text.remove_prefix(end + 1);
  }
}

}  // namespace wscope::input
