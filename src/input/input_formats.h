// Which class reads which format of --input, in one place.
//
// make_for_format<Base, Holder>(options, first…) makes a Holder<Messages>(first…, what the Messages
// are made of). Included where a Holder is defined.
#pragma once

#include <memory>
#include <utility>

#include "base/options.h"
#include "input/json_messages.h"
#include "input/line_messages.h"
#include "input/whole_messages.h"

namespace wscope::input {

template <class Base, template <class> class Holder, class... First>
std::unique_ptr<Base> make_for_format(const MessageOptions& options, First... first) {
  switch (options.input) {
    case InputFormat::kJson:
      return std::make_unique<Holder<JsonMessages>>(first..., options.binary);
    case InputFormat::kWhole:
      return std::make_unique<Holder<WholeMessage>>(first..., options.binary);
    case InputFormat::kRaw:
      return std::make_unique<Holder<RawMessages>>(first...);
    default:
      return std::make_unique<Holder<LineMessages>>(first..., options);
  }
}

}  // namespace wscope::input
