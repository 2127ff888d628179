#include "input/message_decoder.h"

#include <utility>

#include "input/input_formats.h"

namespace wscope::input {
namespace {

template <class Messages>
class DecoderOf final : public MessageDecoder {
 public:
  template <class... Arguments>
  explicit DecoderOf(Arguments&&... arguments) : messages_(std::forward<Arguments>(arguments)...) {}

  void feed(std::string_view bytes) override { messages_.feed(bytes); }
  void finish() override { messages_.finish(); }
  bool next(Action& action) override { return messages_.next(action); }
  std::uint64_t unpulled() const override { return messages_.backlog().messages(); }

 private:
  Messages messages_;
};

}  // namespace

std::unique_ptr<MessageDecoder> make_message_decoder(const MessageOptions& options) {
  return make_for_format<MessageDecoder, DecoderOf>(options);
}

}  // namespace wscope::input
