// EndCondition: --count and --until: when enough has been received.
//
// Pure. create() fails with Stage::kUsage on a bad regular expression (RE2 syntax, unanchored).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/options.h"

namespace re2 {
class RE2;
}

namespace wscope::session {

class EndCondition {
 public:
  static Result<EndCondition> create(const MessageOptions& options);
  EndCondition(EndCondition&&) noexcept;
  EndCondition& operator=(EndCondition&&) noexcept;
  ~EndCondition();

  /// Counts one received message; true when it is the one that ends the run.
  bool message(std::string_view data);
  bool reached() const { return reached_; }
  /// True when the user set a condition at all.
  bool set() const { return count_.has_value() || until_ != nullptr; }
  /// "3 of 5 messages came (--count)", "no message matched --until 'x'".
  std::string shortfall() const;

 private:
  EndCondition();

  std::optional<std::uint64_t> count_;
  std::unique_ptr<re2::RE2> until_;
  std::uint64_t received_ = 0;
  bool reached_ = false;
};

}  // namespace wscope::session
