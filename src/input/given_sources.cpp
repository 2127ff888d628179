// Sources that need no descriptor: -x messages, one source after another, and none at all.
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "input/line_messages.h"
#include "input/sources.h"

namespace wscope::input {
namespace {

class ExecuteSource final : public ActionSource {
 public:
  explicit ExecuteSource(const Options& options)
      : messages_(options.messages.execute), binary_(options.messages.binary) {}

  void start(Waker) override {}
  std::uint64_t unpulled() override { return messages_.size() - given_; }

  Pull next(Action& action) override {
    if (given_ == messages_.size()) return Pull::kEnd;
    const std::string& message = messages_[given_++];
    action.data = message;
    action.kind = binary_ ? Action::Kind::kBinary : Action::Kind::kText;
    if (!binary_ && !is_valid_utf8(message)) {
      action.kind = Action::Kind::kRefused;
      action.error = not_utf8("message " + std::to_string(given_) + " of -x", message);
    }
    return Pull::kAction;
  }

 private:
  std::vector<std::string> messages_;
  bool binary_;
  std::size_t given_ = 0;
};

class Sequence final : public ActionSource {
 public:
  Sequence(std::unique_ptr<ActionSource> first, std::unique_ptr<ActionSource> second)
      : first_(std::move(first)), second_(std::move(second)) {}

  void start(Waker waker) override {
    first_->start(waker);
    second_->start(std::move(waker));
  }
  Pull next(Action& action) override {
    if (!first_ended_) {
      const Pull pull = first_->next(action);
      if (pull != Pull::kEnd) return pull;
      first_ended_ = true;
    }
    return second_->next(action);
  }
  bool interactive() const override { return first_->interactive() || second_->interactive(); }
  void stop() override {
    first_->stop();
    second_->stop();
  }
  std::uint64_t unpulled() override { return first_->unpulled() + second_->unpulled(); }

 private:
  std::unique_ptr<ActionSource> first_;
  std::unique_ptr<ActionSource> second_;
  bool first_ended_ = false;
};

class EmptySource final : public ActionSource {
 public:
  void start(Waker) override {}
  Pull next(Action&) override { return Pull::kEnd; }
};

}  // namespace

std::unique_ptr<ActionSource> make_execute_source(const Options& options) {
  return std::make_unique<ExecuteSource>(options);
}

std::unique_ptr<ActionSource> make_sequence(std::unique_ptr<ActionSource> first,
                                            std::unique_ptr<ActionSource> second) {
  return std::make_unique<Sequence>(std::move(first), std::move(second));
}

std::unique_ptr<ActionSource> make_empty_source() { return std::make_unique<EmptySource>(); }

}  // namespace wscope::input
