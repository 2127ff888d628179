#include "session/outbox.h"

#include <algorithm>
#include <utility>

namespace wscope::session {

void Outbox::add(MessageType type, std::string_view data) {
  queued_.push_back({type, std::string(data)});
}

void Outbox::add_other() { queued_.push_back({MessageType::kText, {}, false}); }

void Outbox::completes(MessageType type, std::string_view typed) {
  if (!queued_.empty()) queued_.back() = {type, std::string(typed), true};
}

void Outbox::written_but(std::size_t queued) {
  while (queued_.size() > queued) {
    if (queued_.front().ours) ++in_flight_;
    queued_.pop_front();
  }
}

std::optional<std::string> Outbox::mark() {
  if (!mark_.empty() || !queued_.empty() || in_flight_ == 0) return std::nullopt;
  marked_ = in_flight_;
  mark_ = "wscope-" + std::to_string(++marks_);
  return mark_;
}

bool Outbox::confirm(std::string_view data) {
  if (mark_.empty() || data != mark_) return false;
  in_flight_ -= marked_;
  marked_ = 0;
  mark_.clear();
  return true;
}

std::size_t Outbox::unsent() const {
  return static_cast<std::size_t>(
      std::count_if(queued_.begin(), queued_.end(), [](const Item& item) { return item.ours; }));
}

std::deque<Outbox::Item> Outbox::take_unsent() {
  in_flight_ = 0;
  marked_ = 0;
  mark_.clear();
  auto unsent = std::exchange(queued_, {});
  const auto others =
      std::remove_if(unsent.begin(), unsent.end(), [](const Item& item) { return !item.ours; });
  unsent.erase(others, unsent.end());
  return unsent;
}

}  // namespace wscope::session
