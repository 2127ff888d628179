#include "dialect/stomp_command.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/ascii.h"
#include "base/escape.h"
#include "base/json_parts.h"
#include "dialect/json_slice.h"

namespace wscope::dialect {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::size_t kMostShown = 60;  // bytes, in an error
constexpr const char* kHintOfCommand =
    "SEND DESTINATION TEXT, SUBSCRIBE DESTINATION, UNSUBSCRIBE ID, ACK ID …";
constexpr const char* kHintOfHeader =
    R"(a header is NAME:VALUE, as ack:client; what has blanks is in quotes: selector:"price > 5")";
constexpr std::size_t kMostHeaders = 1000;
// What 1.2 and the usual brokers take with a SEND.
constexpr std::string_view kOfSend[] = {
    "content-type",   "content-length", "receipt",  "transaction",    "persistent", "priority",
    "expires",        "expiration",     "reply-to", "correlation-id", "type",       "ttl",
    "amqp-message-id"};

std::string shown(std::string_view text) { return printable(text, kMostShown); }

tl::unexpected<Error> refused(const std::string& what, std::string hint) {
  return fail(Stage::kInput, what + ": not sent", std::move(hint));
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, std::min(text.find_first_of(kBlanks), text.size()));
}

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
}

/// Cuts `name:value` or `name:"value"` off; nothing, and nothing cut, where none stands there.
std::optional<StompHeaders::value_type> take_header(std::string_view& text) {
  const auto colon = first_word(text).find(':');
  const auto name = text.substr(0, std::min(colon, text.size()));
  if (colon == text.npos || name.empty() || name.find('"') != name.npos) return std::nullopt;
  auto rest = text.substr(colon + 1);
  std::string value;
  if (!rest.empty() && rest.front() == '"') {
    const auto quoted = leading_value(rest);
    auto meaning = json_text(quoted);
    rest.remove_prefix(quoted.size());
    if (!meaning || !first_word(rest).empty()) return std::nullopt;
    value = std::move(*meaning);
  } else {
    value = first_word(rest);
    rest.remove_prefix(value.size());
  }
  skip_blanks(rest);
  text = rest;
  return StompHeaders::value_type(name, std::move(value));
}

std::string target_header_of(std::string_view command) {
  if (command == "SEND" || command == "SUBSCRIBE") return "destination";
  if (command == "UNSUBSCRIBE" || command == "ACK" || command == "NACK") return "id";
  if (command == "BEGIN" || command == "COMMIT" || command == "ABORT") return "transaction";
  return {};
}

/// The headers of a SEND end in `--`; without it there are none, and `rest` is all text.
Result<StompHeaders> take_headers_of_send(const std::string& target, std::string_view& rest) {
  StompHeaders headers;
  auto behind = rest;
  while (auto header = take_header(behind)) headers.push_back(std::move(*header));
  if (first_word(behind) == "--") {
    rest = behind.substr(std::min<std::size_t>(3, behind.size()));  // with the one blank behind it
    return headers;
  }
  const auto word = first_word(rest);
  const auto name = word.substr(0, std::min(word.find(':'), word.size()));
  const bool known = name.size() < word.size() &&
                     std::find(std::begin(kOfSend), std::end(kOfSend), name) != std::end(kOfSend);
  if (!known) return StompHeaders();
  const std::string begins = "SEND " + shown_name(target);
  return refused(shown(word) + " may be a header or text",
                 "`" + begins + " " + shown(word) + " -- TEXT` has it as a header, `" + begins +
                     " -- " + shown(word) + " …` as text");
}

Result<StompHeaders> take_all_headers(const std::string& command, std::string_view rest) {
  StompHeaders headers;
  while (!rest.empty()) {
    auto header = take_header(rest);
    if (!header) {
      return refused(shown(first_word(rest)) + " is no header of " + command, kHintOfHeader);
    }
    headers.push_back(std::move(*header));
  }
  return headers;
}

Result<void> check_headers(const StompCommand& command) {
  if (command.headers.size() > kMostHeaders) return refused("more than 1000 headers", {});
  const auto has_nul = [](const std::string& text) { return text.find('\0') != text.npos; };
  if (has_nul(command.target)) return refused("a NUL would end the frame", {});
  for (auto header = command.headers.begin(); header != command.headers.end(); ++header) {
    const std::string& name = header->first;
    if (has_nul(name) || has_nul(header->second)) return refused("a NUL would end the frame", {});
    if (name == command.target_header) {
      return refused(command.name + " has its " + name + " already, " + shown(command.target), {});
    }
    if (name == "content-length") {
      return refused("content-length is counted, not said", {});
    }
    const bool twice = std::any_of(command.headers.begin(), header,
                                   [&](const auto& other) { return other.first == name; });
    // The first of them would count (1.2, Repeated Header Entries).
    if (twice) return refused("the header " + shown(name) + " stands there twice", {});
  }
  return {};
}

}  // namespace

Result<StompCommand> stomp_command(std::string_view line) {
  StompCommand command;
  command.name = upper_case(take_name(line));
  command.target_header = target_header_of(command.name);
  if (command.target_header.empty()) {
    return refused("not a STOMP command: " + shown_name(command.name), kHintOfCommand);
  }
  command.target = take_name(line);
  if (command.target.empty()) return refused(command.name + " needs what it is for", {});
  auto headers = command.name == "SEND" ? take_headers_of_send(command.target, line)
                                        : take_all_headers(command.name, line);
  if (!headers) return fail(std::move(headers.error()));
  command.headers = std::move(*headers);
  if (command.name == "SEND") command.body = line;
  if (auto checked = check_headers(command); !checked) return fail(std::move(checked.error()));
  return command;
}

}  // namespace wscope::dialect
