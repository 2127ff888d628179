#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "input/input_formats.h"
#include "input/sources.h"
#include "input/stdin_reader.h"

namespace wscope::input {
namespace {

// One class a format, so that the way from the session to a line is one virtual call.
template <class Messages>
class PipeSource final : public ActionSource {
 public:
  template <class... Arguments>
  explicit PipeSource(int fd, Arguments&&... arguments)
      : reader_(fd), messages_(std::forward<Arguments>(arguments)...) {}

  void start(Waker waker) override { reader_.start(std::move(waker)); }
  void stop() override { reader_.stop(); }

  Pull next(Action& action) override {
    while (!messages_.next(action)) {
      if (finished_) return Pull::kEnd;
      switch (reader_.pop(block_)) {
        case BlockQueue::Pop::kBlock:
          messages_.feed(block_.view());
          break;
        case BlockQueue::Pop::kEmpty:
          return Pull::kEmpty;
        case BlockQueue::Pop::kEnd:
          if (std::optional<Error> error = reader_.take_error()) {
            action.kind = Action::Kind::kRefused;
            action.error = std::move(*error);
            return Pull::kAction;
          }
          messages_.finish();
          finished_ = true;
          break;
      }
    }
    return Pull::kAction;
  }

  std::uint64_t unpulled() override {
    Backlog backlog = messages_.backlog();
    reader_.for_each_queued([&](std::string_view block) { messages_.add(backlog, block); });
    return backlog.messages();
  }

 private:
  StdinReader reader_;
  Messages messages_;
  Block block_;
  bool finished_ = false;
};

}  // namespace

std::unique_ptr<ActionSource> make_pipe_source(const Options& options, int fd) {
  return make_for_format<ActionSource, PipeSource>(options.messages, fd);
}

}  // namespace wscope::input
