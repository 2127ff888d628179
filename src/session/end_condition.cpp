#include "session/end_condition.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <utility>

namespace wscope::session {

EndCondition::EndCondition() = default;
EndCondition::EndCondition(EndCondition&&) noexcept = default;
EndCondition& EndCondition::operator=(EndCondition&&) noexcept = default;
EndCondition::~EndCondition() = default;

Result<EndCondition> EndCondition::create(const MessageOptions& options) {
  EndCondition condition;
  condition.count_ = options.count;
  if (!options.until.empty()) {
    condition.until_ = std::make_unique<re2::RE2>(options.until, re2::RE2::Quiet);
    if (!condition.until_->ok()) {
      return fail(Stage::kUsage,
                  fmt::format("--until '{}': {}", options.until, condition.until_->error()),
                  "the syntax is RE2's; \\ before a character takes it literally");
    }
  }
  return condition;
}

bool EndCondition::message(std::string_view data) {
  if (!set()) return false;
  ++received_;
  if (count_ && received_ >= *count_) reached_ = true;
  if (until_ && re2::RE2::PartialMatch(re2::StringPiece(data.data(), data.size()), *until_)) {
    reached_ = true;
  }
  return reached_;
}

std::string EndCondition::shortfall() const {
  if (until_) return fmt::format("no message matched --until '{}'", until_->pattern());
  return fmt::format("{} of {} messages came (--count)", received_, *count_);
}

}  // namespace wscope::session
