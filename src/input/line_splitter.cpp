#include "input/line_splitter.h"

#include <algorithm>
#include <cstring>

#include "base/utf8.h"

namespace wscope::input {
namespace {

// So much is checked at a time, and sent line by line while the first-level cache still has it.
constexpr std::size_t kCheckedAtOnce = std::size_t{16} << 10;

std::size_t distance(const char* from, const char* to) {
  return static_cast<std::size_t>(to - from);
}

const char* find(const char* from, const char* to, char byte) {
  return static_cast<const char*>(std::memchr(from, byte, distance(from, to)));
}

}  // namespace

LineSplitter::LineSplitter(LineEnd end, bool check_utf8)
    : end_(end == LineEnd::kNul ? '\0' : '\n'),
      strip_cr_(end == LineEnd::kNewline),
      check_utf8_(check_utf8) {}

void LineSplitter::feed(std::string_view block) {
  cursor_ = block.data();
  whole_ = cursor_;
  stop_ = cursor_ + block.size();
  checked_ = cursor_;
  checked_is_utf8_ = false;
  if (block.empty()) return;
  if (!carry_.empty()) {
    // Only the new bytes are searched: a line over many blocks is not read again for each.
    const char* end = find(cursor_, stop_, end_);
    const char* head = end != nullptr ? end : stop_;
    carry_.append({cursor_, distance(cursor_, head)});
    cursor_ = end != nullptr ? end + 1 : stop_;
    whole_ = cursor_;
    if (end == nullptr) return;
    carry_state_ = Carry::kWhole;
  }
  const void* last = memrchr(cursor_, end_, distance(cursor_, stop_));
  if (last != nullptr) whole_ = static_cast<const char*>(last) + 1;
}

void LineSplitter::finish() {
  finished_ = true;
  cursor_ = whole_ = stop_ = nullptr;
  if (!carry_.empty()) carry_state_ = Carry::kWhole;
}

bool LineSplitter::give(std::string_view& line, std::string_view found, bool ended) {
  ++line_number_;
  if (strip_cr_ && ended && !found.empty() && found.back() == '\r') found.remove_suffix(1);
  if (!checked_is_utf8_) line_is_utf8_ = !check_utf8_ || is_valid_utf8(found);
  line = found;
  return true;
}

bool LineSplitter::give_carried(std::string_view& line) {
  carry_state_ = Carry::kGiven;
  checked_is_utf8_ = false;
  give(line, carry_.view(), !finished_);
  carry_.truncate(line.size());
  return true;
}

void LineSplitter::check_ahead() {
  checked_ = whole_;
  if (distance(cursor_, whole_) > kCheckedAtOnce) {
    const void* last = memrchr(cursor_, end_, kCheckedAtOnce);
    if (last != nullptr) checked_ = static_cast<const char*>(last) + 1;
  }
  checked_is_utf8_ = is_valid_utf8({cursor_, distance(cursor_, checked_)});
}

bool LineSplitter::next(std::string_view& line) {
  if (carry_state_ != Carry::kBegun) {
    if (carry_state_ == Carry::kWhole) return give_carried(line);
    carry_.reset();
    carry_state_ = Carry::kBegun;
  }
  if (cursor_ != whole_) {
    if (check_utf8_ && cursor_ >= checked_) check_ahead();
    const char* end = find(cursor_, whole_, end_);
    const std::string_view found(cursor_, distance(cursor_, end));
    cursor_ = end + 1;
    return give(line, found, true);
  }
  if (whole_ != stop_) {
    if (carry_.empty()) carry_.leave_front();
    carry_.append({whole_, distance(whole_, stop_)});
    cursor_ = whole_ = stop_;
  }
  return false;
}

Backlog LineSplitter::backlog() const {
  Backlog backlog;
  backlog.whole = static_cast<std::uint64_t>(std::count(cursor_, whole_, end_));
  if (carry_state_ == Carry::kWhole) ++backlog.whole;
  backlog.begun = whole_ != stop_ || (carry_state_ == Carry::kBegun && !carry_.empty());
  return backlog;
}

void LineSplitter::add(Backlog& backlog, std::string_view block) const {
  if (block.empty()) return;
  backlog.whole += static_cast<std::uint64_t>(std::count(block.begin(), block.end(), end_));
  backlog.begun = block.back() != end_;
}

}  // namespace wscope::input
