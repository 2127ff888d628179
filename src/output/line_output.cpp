#include "output/line_output.h"

#include <cstddef>

namespace wscope::output {
namespace {

/// A person can't see more than this at once; printing more often only costs time.
constexpr std::size_t kScreenful = std::size_t{32} << 10;

}  // namespace

void LineOutput::put(std::string_view lines) {
  if (lines.empty()) return;
  if (partner_ != nullptr && partner_->pending()) partner_->flush();
  if (screen_ != nullptr) {
    lines_.append(lines);
    if (lines_.size() >= kScreenful) flush();
    return;
  }
  stream_->put(lines);
  if (immediate_) stream_->flush();
}

void LineOutput::flush() {
  if (!lines_.empty()) {
    if (stream_ == nullptr) {
      screen_->print(lines_);
    } else {
      screen_->make_way();
      stream_->put(lines_);
    }
    lines_.clear();
    if (lines_.capacity() > 8 * kScreenful) lines_.shrink_to_fit();
  }
  if (stream_ != nullptr) stream_->flush();
}

}  // namespace wscope::output
