#include <cctype>
#include <set>

#include "cli/foreign_options.h"
#include "cli/option_table.h"
#include "support.h"

using wscope::cli::find_long;
using wscope::cli::find_short;
using wscope::cli::foreign_options;

namespace {

std::string hint_of(const Words& words) { return error_of(words).hint; }

/// The options in "--socks 'x' -w -1": what begins with a dash and is no number.
Words options_in(const std::string& text) {
  Words options;
  for (std::size_t at = text.find('-'); at != std::string::npos; at = text.find('-', at)) {
    const std::size_t end = std::min(text.find_first_of(" ,;?'", at), text.size());
    const bool begins = at == 0 || text[at - 1] == ' ';
    if (begins && std::isdigit(static_cast<unsigned char>(text[at + 1])) == 0) {
      options.push_back(text.substr(at, end - at));
    }
    at = end;
  }
  return options;
}

bool is_ours(const std::string& option) {
  return option.size() == 2 ? find_short(option[1]) != nullptr
                            : find_long(option.substr(2)) != nullptr;
}

}  // namespace

TEST_CASE("what other programs call it has a hint that says what it is here") {
  CHECK(hint_of({"--cacert", "x", "ws://h"}) == "did you mean --ca?");
  CHECK(hint_of({"--nocert", "ws://h"}) == "did you mean -k?");
  CHECK(hint_of({"--user=me:secret", "ws://h"}) == "did you mean --auth?");
  CHECK(hint_of({"-1", "ws://h"}) == "did you mean --count 1? one answer, then the end");
  CHECK(hint_of({"-E", "ws://h"}) ==
        "did you mean --exit-on-close? or -w 0, which closes as soon as the input ends");
  CHECK(hint_of({"--socks5", "h:1", "ws://h"}) ==
        "did you mean --proxy socks5://HOST:PORT? with socks5h:// the proxy resolves the name");
  CHECK(hint_of({"ws://h", "--text"}) == "messages are text unless -b says otherwise");
  CHECK(error_of({"--max-time", "5", "ws://h"}).message == "unknown option --max-time");
  CHECK(hint_of({"--max-time", "5", "ws://h"}) == "did you mean --timeout?");
}

TEST_CASE("-p of a name asks for what other programs call so") {
  const auto error = error_of({"--protocol", "chat", "ws://h"});
  CHECK(error.message == "--protocol 'chat': not a whole number from 0 to 255");
  CHECK(error.hint == "-s asks for a subprotocol; this is the version of the protocol, 13");
  CHECK(hint_of({"-p", "300", "ws://h"}).empty());
  CHECK(hint_of({"-p", "", "ws://h"}).empty());
  CHECK(options_of({"-p", "8", "ws://h"}).handshake.version == 8);
}

TEST_CASE("a foreign option is none of ours, and what it leads to is") {
  std::set<std::string_view> names;
  for (const auto& option : foreign_options()) {
    CAPTURE(option.name);
    CHECK(names.insert(option.name).second);
    const bool known = option.name.size() == 1 ? find_short(option.name[0]) != nullptr
                                               : find_long(option.name) != nullptr;
    CHECK_FALSE(known);
    CHECK_FALSE((option.instead.empty() && option.note.empty()));
    for (const auto text : {option.instead, option.note}) {
      for (const std::string& ours : options_in(std::string(text))) {
        CAPTURE(ours);
        const bool of_openssl = ours == "-nodes" || ours == "-in";
        CHECK((of_openssl || is_ours(ours)));
      }
    }
  }
}
