// MessageDecoder: bytes that somebody else reads → Actions, in the format of --input.
//
// For input that is not stdin: the output of a command. feed() takes the next bytes, which must
// live until next() says that there is nothing more in them; finish() says that they were the last.
// What can't be sent as asked is an Action::kRefused. Loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/action.h"
#include "base/options.h"

namespace wscope::input {

class MessageDecoder {
 public:
  virtual ~MessageDecoder() = default;
  virtual void feed(std::string_view bytes) = 0;
  virtual void finish() = 0;
  virtual bool next(Action& action) = 0;
  /// Messages in what was fed and not given yet.
  virtual std::uint64_t unpulled() const = 0;
};

std::unique_ptr<MessageDecoder> make_message_decoder(const MessageOptions& options);

}  // namespace wscope::input
