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

std::string PasteStore::mark(std::string paste, std::string_view line) {
  const auto lines = 1 + std::count(paste.begin(), paste.end(), '\n');
  std::string mark = "[paste " + std::to_string(++count_) + ": " + size_words(paste.size());
  if (lines > 1) mark += ", " + std::to_string(lines) + " lines";
  mark += "]";
  bytes_ += paste.size();
  kept_.push_back({mark, std::move(paste)});
  forget_old(line);
  return mark;
}

/// The newest stays, whatever its size: it goes into the line.
void PasteStore::forget_old(std::string_view line) {
  for (std::size_t i = 0; bytes_ > kMostBytes && i + 1 < kept_.size(); ++i) {
    Kept& old = kept_[i];
    if (old.forgotten || line.find(old.mark) != std::string_view::npos) continue;
    bytes_ -= old.paste.size();
    old.paste = {};
    old.forgotten = true;
  }
}

/// What tells a mark apart from text when a part of it has gone: its beginning up to the number, or
/// its end from the size on.
bool PasteStore::Kept::leaves_a_part_in(std::string_view text) const {
  const std::string_view whole = mark;
  const std::size_t colon = whole.find(':');
  const std::string_view beginning = whole.substr(0, colon);
  for (std::size_t at = text.find(beginning); at != std::string_view::npos;
       at = text.find(beginning, at + 1)) {
    const std::string_view behind = text.substr(at + beginning.size(), 1);
    if (behind.empty() || behind.front() < '0' || behind.front() > '9') return true;
  }
  return text.find(whole.substr(colon)) != std::string_view::npos;
}

std::string PasteStore::broken_mark(std::string_view line) const {
  // Between the marks that are whole there may be no part of one.
  std::size_t begin = 0;
  while (begin <= line.size()) {
    const Place whole = next_mark(line, begin);
    const std::string_view between = line.substr(begin, whole.at - begin);
    for (const Kept& kept : kept_) {
      if (kept.leaves_a_part_in(between)) return kept.mark;
    }
    if (whole.kept == nullptr) break;
    begin = whole.at + whole.kept->mark.size();
  }
  return {};
}

std::string PasteStore::forgotten_mark(std::string_view line) const {
  for (Place place = next_mark(line, 0); place.kept != nullptr;
       place = next_mark(line, place.at + place.kept->mark.size())) {
    if (place.kept->forgotten) return place.kept->mark;
  }
  return {};
}

/// The first whole mark from `begin` on; the end of the line where there is none.
PasteStore::Place PasteStore::next_mark(std::string_view line, std::size_t begin) const {
  for (std::size_t at = line.find("[paste ", begin); at != std::string_view::npos;
       at = line.find("[paste ", at + 1)) {
    const std::string_view rest = line.substr(at);
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
      return rest.substr(0, kept.mark.size()) == kept.mark;
    });
    if (found != kept_.end()) return {at, &*found};
  }
  return {line.size(), nullptr};
}

std::string PasteStore::expand(std::string_view line) const {
  std::string expanded;
  std::size_t begin = 0;
  for (;;) {
    const Place place = next_mark(line, begin);
    expanded.append(line.substr(begin, place.at - begin));
    if (place.kept == nullptr) return expanded;
    expanded.append(place.kept->paste);
    begin = place.at + place.kept->mark.size();
  }
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
