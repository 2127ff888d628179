// A typed line → a command: what comes out can always be sent, and an error is fit to be shown.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/close_code.h"
#include "base/utf8.h"
#include "input/slash_command.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const wscope::Action& action) {
  using Kind = wscope::Action::Kind;
  if (action.kind == Kind::kPing || action.kind == Kind::kPong) require(action.data.size() <= 125);
  if (action.kind != Kind::kClose) return;
  require(action.code.has_value() && wscope::close_code_valid_on_wire(*action.code));
  require(action.data.size() <= 123 && wscope::is_valid_utf8(action.data));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string line = "/";
  line.append(reinterpret_cast<const char*>(data), size);
  const auto command = wscope::input::parse_slash_command(line);
  if (command) {
    if (command->kind == wscope::input::SlashCommand::Kind::kAction) check(command->action());
    return 0;
  }
  require(!command.error().message.empty() && command.error().message.size() < 400);
  for (const char byte : command.error().message) {
    require(static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7f);
  }
  return 0;
}
