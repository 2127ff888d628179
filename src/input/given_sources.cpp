// Sources that need no descriptor: -x messages, one source after another, and none at all.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "input/record_decoder.h"
#include "input/sources.h"

namespace wscope::input {
namespace {

class ExecuteSource final : public ActionSource {
 public:
  explicit ExecuteSource(const MessageOptions& options)
      : messages_(options.execute), decoder_(options) {}

  void start(Waker) override {}
  std::uint64_t unpulled() override { return messages_.size() - given_; }

  Pull next(Action& action) override {
    while (given_ < messages_.size()) {
      const std::string& message = messages_[given_++];
      action.untyped = true;
      if (decoder_.decode(message, {"message ", given_, " of -x"}, action)) return Pull::kAction;
    }
    return decoder_.finish(action) ? Pull::kAction : Pull::kEnd;
  }

 private:
  const std::vector<std::string> messages_;
  RecordDecoder decoder_;
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
  bool wants_to_leave() const override {
    return first_->wants_to_leave() || second_->wants_to_leave();
  }
  void leaving() override {
    first_->leaving();
    second_->leaving();
  }
  bool congested() const override { return second_->congested(); }
  void learn(std::string_view message) override { second_->learn(message); }
  void stop() override {
    first_->stop();
    second_->stop();
  }
  std::uint64_t unpulled() override { return first_->unpulled() + second_->unpulled(); }
  bool unpulled_goes_on() const override { return second_->unpulled_goes_on(); }

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
  return std::make_unique<ExecuteSource>(options.messages);
}

std::unique_ptr<ActionSource> make_sequence(std::unique_ptr<ActionSource> first,
                                            std::unique_ptr<ActionSource> second) {
  return std::make_unique<Sequence>(std::move(first), std::move(second));
}

std::unique_ptr<ActionSource> make_empty_source() { return std::make_unique<EmptySource>(); }

}  // namespace wscope::input
