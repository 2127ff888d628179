// parse_slash_command: what a line asks for can be sent as RFC 6455 has it, or is refused in words.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/close_code.h"
#include "base/utf8.h"
#include "input/slash_command.h"

using namespace wscope;
using input::SlashCommand;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string line = "/" + std::string(reinterpret_cast<const char*>(data), size);
  const auto command = input::parse_slash_command(line);
  if (!command) {
    const Error& error = command.error();
    require(!error.message.empty() && error.message.size() < 400);
    for (const char letter : error.message + error.hint) {
      require(static_cast<unsigned char>(letter) >= 0x20 && letter != 0x7f);
    }
    return 0;
  }
  if (command->kind != SlashCommand::Kind::kAction) return 0;
  const Action action = command->action();
  using Kind = Action::Kind;
  if (line.substr(0, 2) == "//") {
    require(action.kind == Kind::kText && action.data == line.substr(1));
  } else if (action.kind == Kind::kPing || action.kind == Kind::kPong) {
    require(action.data.size() <= 125);  // RFC 6455 5.5
  } else if (action.kind == Kind::kClose) {
    require(action.code.has_value() && why_not_sendable(*action.code).empty());
    require(action.data.size() <= 123 && is_valid_utf8(action.data));
  } else {
    // A text is checked where it is sent (RecordDecoder), like that of a plain line.
    require((action.kind == Kind::kText) == (action.client > 0));
  }
  return 0;
}
